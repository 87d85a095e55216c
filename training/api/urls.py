"""The routes of this room: each noun's module lists its own, this file only joins them."""

from django.urls import URLPattern

from training.api import (
    checkpoint_samples,
    evaluation_results,
    evaluations,
    exports,
    freezings,
    gpu_slots,
    lineage,
    model_versions,
    overview,
    promotions,
    rewards,
    rounds,
    runs,
    runs_together,
    snapshot_rows,
    snapshot_tables,
    snapshots,
    stages,
    standing,
    sweeps,
)

urlpatterns: list[URLPattern] = [
    *snapshots.urlpatterns,
    *freezings.urlpatterns,
    *snapshot_tables.urlpatterns,
    *snapshot_rows.urlpatterns,
    *exports.urlpatterns,
    *model_versions.urlpatterns,
    *promotions.urlpatterns,
    *lineage.urlpatterns,
    *stages.urlpatterns,
    *rounds.urlpatterns,
    *standing.urlpatterns,
    *runs.urlpatterns,
    *runs_together.urlpatterns,
    *checkpoint_samples.urlpatterns,
    *sweeps.urlpatterns,
    *rewards.urlpatterns,
    *gpu_slots.urlpatterns,
    *overview.urlpatterns,
    *evaluations.urlpatterns,
    *evaluation_results.urlpatterns,
]
