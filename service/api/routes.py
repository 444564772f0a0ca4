"""The JSON interface and the two health checks."""

from fastapi import APIRouter

router = APIRouter()
