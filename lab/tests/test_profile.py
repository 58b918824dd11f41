"""A hardware profile that does not fit the machine."""

from typing import Iterator

import pytest
import yaml

from sluicelab.appliance import PINS
from sluicelab.lab import Lab


@pytest.fixture
def unstarted() -> Iterator[Lab]:
    """A lab whose appliance is installed and not started."""
    lab = Lab(progress=print)
    lab.up(start=False)
    yield lab
    lab.down()


def test_a_profile_naming_a_missing_interface_stops_the_boot_with_one_message(unstarted: Lab) -> None:
    profiles = unstarted.appliance.directory / "etc/hw-profiles"
    text = (profiles / f"{unstarted.topology.gateway.profile}.yaml").read_text()
    assert "trunk0" in text
    (profiles / "broken.yaml").write_text(
        text.replace("trunk0", "trunk9").replace(f"name: {unstarted.topology.gateway.profile}", "name: broken")
    )
    assert yaml.safe_load((profiles / "broken.yaml").read_text())["name"] == "broken"
    unstarted.appliance.configure({"sluice.hardware": {"profile": "broken"}})
    unstarted.appliance.launch()
    assert unstarted.appliance.wait(60) != 0, "the appliance ends with an error"
    console = unstarted.appliance.console()
    complaints = [line for line in console.splitlines() if "trunk9" in line]
    assert len(complaints) == 1
    assert "broken" in complaints[0], "it names the profile"
    assert "Exception" not in console
    assert PINS not in Lab.pinned()
