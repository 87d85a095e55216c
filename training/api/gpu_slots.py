"""The accelerators, as they report in by themselves."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.selectors.gpu_slots import slot_statuses


class GpuSlotOutput(serializers.Serializer[Any]):
    host = serializers.CharField(source="slot.host")
    index = serializers.IntegerField(source="slot.index")
    is_online = serializers.BooleanField()
    last_seen = serializers.DateTimeField(source="slot.last_seen")
    silent_seconds = serializers.FloatField(help_text="Since it was last seen.")
    run_id = serializers.UUIDField(allow_null=True)


class GpuSlotsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="list_gpu_slots", responses=GpuSlotOutput(many=True))
    def get(self, request: Request) -> Response:
        return Response(GpuSlotOutput(slot_statuses(), many=True).data)


urlpatterns = [path("gpu-slots/", GpuSlotsView.as_view(), name="gpu-slots")]
