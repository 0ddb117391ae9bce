"""A model hub on this machine, with the routes that the hub client uses and faults on demand.

`python -m tests.fake_hub` starts it by hand with the repositories of `seed`.
"""

from tests.fake_hub.faults import Fault, Faults
from tests.fake_hub.repos import FakeFile, FakeRepo
from tests.fake_hub.server import FakeHub, Seen

__all__ = ["FakeFile", "FakeHub", "FakeRepo", "Fault", "Faults", "Seen"]
