"""TensorBoard's files: read here by the format's own rules, length, checksum, message."""

import struct

from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.record_writer import masked_crc32c

from tests.training.ml.tiny import write_job
from training.ml.event_files import EventFiles
from training.ml.job import StepMetrics, run_stage


def events_of(path):
    """Every record of one file; a wrong length or checksum fails."""
    content, place, found = path.read_bytes(), 0, []
    while place < len(content):
        header = content[place : place + 8]
        (length,) = struct.unpack("<Q", header)
        data = content[place + 12 : place + 12 + length]
        for said, covered in ((place + 8, header), (place + 12 + length, data)):
            assert struct.unpack("<I", content[said : said + 4])[0] == masked_crc32c(covered)
        found.append(Event.FromString(data))
        place += 16 + length
    return found


def scalars_of(events):
    return [
        (event.step, value.tag, value.simple_value)
        for event in events
        for value in event.summary.value
    ]


def stage(job):
    job.steps = 0
    for step in (1, 2):
        yield StepMetrics(step, 2, "train", {"loss": 1.0 / step, "accuracy": 0.5})
    yield StepMetrics(2, 2, "validation", {"loss": 0.25})
    return {}


def test_a_job_writes_every_figure_beside_its_progress(tmp_path):
    path = write_job(tmp_path / "job", "reward_model", {}, {})

    code = run_stage("reward_model", stage, [str(path)])

    [file] = (path.parent / "tensorboard").iterdir()
    first, second, *rest = events_of(file)
    assert code == 0
    assert first.file_version == "brain.Event:2"
    assert (second.session_log.status, second.step) == (SessionLog.START, 1)
    assert scalars_of(rest) == [
        (1, "train/loss", 1.0),
        (1, "train/accuracy", 0.5),
        (2, "train/loss", 0.5),
        (2, "train/accuracy", 0.5),
        (2, "validation/loss", 0.25),
    ]


def test_another_start_says_from_which_step_it_counts(tmp_path):
    """TensorBoard then forgets what the attempt before said of that step and later ones."""
    for step in (1, 5):
        files = EventFiles(tmp_path)
        files.write(step, "train", {"loss": 1.0})
        files.close()

    starts = [events_of(path)[1] for path in sorted(tmp_path.iterdir())]
    assert [event.step for event in starts] == [1, 5]


def test_a_folder_that_cannot_be_written_is_said_once_and_stops_nothing(tmp_path, capfd):
    """Fault 23: telemetry never fails training."""
    (tmp_path / "tensorboard").write_text("a file where the folder should be")
    files = EventFiles(tmp_path / "tensorboard")

    for step in (1, 2):
        files.write(step, "train", {"loss": 1.0})
    files.close()

    assert capfd.readouterr().err.count("No more figures for TensorBoard") == 1
