"""Every format that judgments and demonstrations are imported from, by its name."""

from typing import Final

from labeling.importers.argilla import ARGILLA
from labeling.importers.auto_j import AUTO_J
from labeling.importers.best_of_four import BEST_OF_FOUR
from labeling.importers.concord import CONCORD
from labeling.importers.demonstrations import ALPACA, DOLLY, SELF_INSTRUCT
from labeling.importers.helpsteer2 import HELPSTEER2
from labeling.importers.hh_rlhf import HH_RLHF
from labeling.importers.judge_bench import JUDGE_BENCH
from labeling.importers.label_studio import LABEL_STUDIO
from labeling.importers.mt_bench import MT_BENCH
from labeling.importers.oasst import OASST
from labeling.importers.pandalm import PANDALM
from labeling.importers.records import DataFormat
from labeling.importers.spreadsheet import CSV
from labeling.importers.summarize import SUMMARIZE, SUMMARIZE_AXES
from labeling.importers.trl import TRL
from labeling.importers.tulu import TULU
from labeling.importers.ukp_kwise import UKP
from labeling.importers.ultrafeedback import ULTRAFEEDBACK
from labeling.importers.webgpt import WEBGPT
from labeling.importers.wmt import WMT, WMT_CSV
from labeling.importers.wmt_xml import WMT_XML

FORMATS: Final[dict[str, DataFormat]] = {
    known.name: known
    for known in (
        ALPACA,
        ARGILLA,
        AUTO_J,
        BEST_OF_FOUR,
        CONCORD,
        CSV,
        DOLLY,
        HELPSTEER2,
        HH_RLHF,
        JUDGE_BENCH,
        LABEL_STUDIO,
        MT_BENCH,
        OASST,
        PANDALM,
        SELF_INSTRUCT,
        SUMMARIZE,
        SUMMARIZE_AXES,
        TRL,
        TULU,
        UKP,
        ULTRAFEEDBACK,
        WEBGPT,
        WMT,
        WMT_CSV,
        WMT_XML,
    )
}
