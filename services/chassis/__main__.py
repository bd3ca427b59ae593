"""The runner: `python -m chassis run housing`.

    run SERVICE [--metrics-port N]      serves until SIGTERM
    migrate SERVICE [--to REVISION]     brings database and queues up to date
    settings SERVICE                    prints each setting, its value and meaning
    parked list|show|replay|discard     facts put aside for a person
    hold SERVICE [--seconds N]          its relays send nothing for a while
    release SERVICE                     … and send again; 1 if the hold was over before
    resend SERVICE --since INSTANT      tells published facts again

Exit codes: 0 ended as asked; 1 failed; 2 refused to start (says why); 70 work was
still going on when the time to finish was over.
"""

import os
import warnings

# The system resolves names: eventlet's own resolver takes 10 MB, reads resolv.conf once and
# for all, and libpq does not use it anyway.
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

# nameko stands on eventlet; its announcement at each start would help no operator.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import sys  # noqa: E402 (nothing may be imported before the patch)

from chassis.runner import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
