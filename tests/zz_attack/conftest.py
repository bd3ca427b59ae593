from tests.housing.conftest import housing  # noqa
