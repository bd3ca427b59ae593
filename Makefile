# 管家 Guanjia. `make` alone lists what can be made; ARGS="…" is passed on where it says so.
# Recipes run in sh, with nothing installed but make and Python 3.11, 3.12 or 3.13.

# The first of these that runs and is new enough: a name on the path may be an empty promise.
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3; do \
	$$each -c '$(SUITABLE)' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
READY := .venv/.ready
IMAGE := .run/contracts.binpb
# What operators do and see, with servers of its own.
DRILLS := tests/monitoring tests/chassis/operating \
	tests/chassis/promises/test_rights.py tests/chassis/promises/test_tls.py

.DEFAULT_GOAL := help
.PHONY: help setup packages demo up check test faults bench mission images bundle manifests \
	proto release-contracts lock clean

help: ## 列出目标 list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 28

setup: $(READY) packages ## 安装所需的一切 install all that is needed

$(READY): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(SUITABLE)' || { \
		echo '需要 Python 3.11 至 3.13（可指定 make PYTHON=…）'; \
		echo 'Needs Python 3.11 to 3.13 (name one with make PYTHON=…)'; exit 1; } >&2
	@$(PYTHON) -I services/cli/packages.py venv
	@echo '建立虚拟环境 Making the virtual environment: .venv'
	@$(PYTHON) -m venv .venv
	@echo '安装依赖 Installing dependencies: requirements/dev.txt'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements/dev.txt
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation -e .
	@touch $@

packages:
	@$(BIN)/python -I services/cli/packages.py rabbitmq postgresql prometheus alertmanager

demo: setup ## 演示主要业务 run the main job on a sample city
	@$(BIN)/guanjia demo $(ARGS)

up: setup ## 在本机运行 run everything on this machine
	@$(BIN)/guanjia up $(ARGS)

check: $(READY) ## 静态检查 style, types, imports, contracts, manifests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python proto/generate.py --check
	$(BIN)/python k8s/generate.py --check
	$(BIN)/python k8s/monitoring/rules.py --check
	$(BIN)/python k8s/monitoring/dashboards.py --check
	$(BIN)/python proto/generate.py --image $(IMAGE)
	$(BIN)/buf lint $(IMAGE) --config proto/buf.yaml
	@test -f proto/released.binpb || { \
		echo '缺少 proto/released.binpb，无法判断接口是否兼容：make release-contracts'; \
		echo 'No proto/released.binpb to compare with: make release-contracts'; exit 1; } >&2
	$(BIN)/buf breaking $(IMAGE) --against proto/released.binpb --config proto/buf.yaml
	$(BIN)/pytest -q tests/k8s

test: setup ## 测试 run the tests (ARGS="-k name")
	$(BIN)/pytest -n 2 --dist loadfile \
		$(addprefix --ignore=,tests/faults $(DRILLS) tests/images tests/k8s) $(ARGS)

faults: setup ## 故障与运维演练 kill and freeze parts, lose nothing; what operators do and see
	$(BIN)/pytest tests/faults $(ARGS)
	$(BIN)/pytest -n 2 --dist loadfile $(DRILLS) $(ARGS)

bench: setup ## 性能测试 measure (ARGS=--save writes docs/performance.md)
	$(BIN)/python -m tests.bench $(ARGS)

mission: setup ## 逐条验收 a line for each row of the mission
	$(BIN)/pytest --mission $(ARGS)

images: setup ## 容器镜像 build the two images, and try them
	@$(BIN)/python -I services/cli/packages.py buildah mmdebstrap
	$(BIN)/python -m images
	GUANJIA_IMAGES=.run/images $(BIN)/pytest -q tests/images $(ARGS)

bundle: setup ## 离线安装包 all that an installation without the internet needs (ARGS=--no-images)
	@case '$(ARGS)' in *--no-images*) ;; *) $(MAKE) --no-print-directory images ARGS= ;; esac
	$(BIN)/python -m images.bundle $(ARGS)

manifests: $(READY) ## 生成 k8s/ 清单 manifests, alerts and dashboards after a change
	$(BIN)/python k8s/generate.py
	$(BIN)/python k8s/monitoring/rules.py
	$(BIN)/python k8s/monitoring/dashboards.py

proto: $(READY) ## 由 proto/ 生成代码 generate services/contracts
	$(BIN)/python proto/generate.py

release-contracts: $(READY) ## 记录已发布的接口 record the contracts as released
	$(BIN)/python proto/generate.py --image proto/released.binpb

# Compiled for every platform and Python at once. ARGS=--upgrade moves to newest versions.
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --quiet $(ARGS)

lock: $(READY) ## 更新锁定的依赖 lock dependencies again (ARGS=--upgrade)
	$(COMPILE) --extra service -o requirements/service.txt
	$(COMPILE) --extra gateway -o requirements/gateway.txt
	$(COMPILE) --extra service --extra gateway --extra dev \
		-c requirements/service.txt -c requirements/gateway.txt -o requirements/dev.txt

clean: ## 清除缓存和 .run 中的演示数据 remove caches, and the demo's data in .run
	rm -rf .run build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find services tests proto -name __pycache__ -type d -prune -exec rm -rf {} +
