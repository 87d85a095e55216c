"""The rules in docker/alerts.yml: their metrics exist, and every alert has a runbook."""

import re
from pathlib import Path

import pytest
import yaml

from config.observing import DURATION
from training.management.commands.serve_metrics import registry
from training.selectors.vital_signs import vital_signs

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
LABELLED = re.compile(r"\{[^}]*\}|\bby \([^)]*\)|\b(?:histogram_quantile|unless|on)\b")


def rules():
    groups = yaml.safe_load((ROOT / "docker" / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def metrics_in(expression):
    return set(NAME.findall(LABELLED.sub("", expression)))


@pytest.mark.django_db(transaction=True)
def test_every_metric_of_a_rule_exists(settings, tmp_path):
    settings.METRICS_DIR = settings.RUN_ROOT = tmp_path
    served = {
        metric.name for metric in registry(backups=tmp_path, web="http://127.0.0.1:1").collect()
    }
    served |= {f"{sign.name}_total" for sign in vital_signs() if sign.kind == "counter"}
    [durations] = DURATION.collect()
    served |= {f"{durations.name}{part}" for part in ("_count", "_bucket", "_sum")}

    named = {name for rule in rules() for name in metrics_in(rule["expr"])}

    assert len(named) > 8
    assert named <= served


def test_every_alert_has_a_row_of_what_to_do():
    text = (ROOT / "docs" / "operations.md").read_text()
    section = text.partition("### Alerts and what to do")[2].partition("\n## ")[0]
    described = set(re.findall(r"^\| ([A-Z]\w+) \|", section, re.MULTILINE))

    assert {rule["alert"] for rule in rules()} == described


def test_every_alert_says_whom_it_wakes():
    assert {rule["labels"]["severity"] for rule in rules()} == {"page", "ticket"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_wrong_and_leads_to_its_runbook(rule):
    page, _, heading = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)

    assert rule["annotations"]["summary"].endswith(".")
    assert heading in {text.lower().replace(" ", "-") for text in headings}
