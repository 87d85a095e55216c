"""Every format that judgments and demonstrations are imported from, by its name."""

from typing import Final

from labeling.importers.pandalm import PANDALM
from labeling.importers.records import DataFormat
from labeling.importers.ukp_kwise import UKP

FORMATS: Final[dict[str, DataFormat]] = {known.name: known for known in (UKP, PANDALM)}
