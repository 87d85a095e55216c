"""Who decided what about whom, for admins; an entry is never changed."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.pagination import KeysetPagination
from labeling.api.permissions import IsAdmin
from labeling.models import AuditEntry
from labeling.selectors.audit import audit_entries


class AuditFilter(serializers.Serializer[Any]):
    action = serializers.CharField(max_length=64, required=False, allow_blank=True)
    subject_kind = serializers.CharField(max_length=32, required=False, allow_blank=True)
    subject_id = serializers.CharField(max_length=64, required=False, allow_blank=True)


class AuditEntryOutput(serializers.ModelSerializer[AuditEntry]):
    actor_name = serializers.CharField(source="actor.display_name")
    details = serializers.DictField()

    class Meta:
        model = AuditEntry
        fields = [
            "id",
            "actor_name",
            "action",
            "subject_kind",
            "subject_id",
            "details",
            "created_at",
        ]
        read_only_fields = fields


class AuditView(generics.ListAPIView[AuditEntry]):
    permission_classes = [IsAdmin]
    serializer_class = AuditEntryOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        wanted = AuditFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return audit_entries(**wanted.validated_data)

    @extend_schema(operation_id="list_audit_entries", parameters=[AuditFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first."""
        return self.list(request)


urlpatterns = [path("audit/", AuditView.as_view(), name="audit")]
