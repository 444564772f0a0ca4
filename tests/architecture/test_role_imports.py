"""What a role does not need is not loaded in it: each library costs every process its megabytes, and each start its time."""

import json
import subprocess
import sys

from tests.architecture.sources import ROOT

_JUDGING = """
import json, sys
import service.cli.run, service.workers
before = sorted({name.partition(".")[0] for name in sys.modules})
from analysis.assess import Analyser
from service.flows.judging.assess import assess_pending
from service.flows.judging.explain import Explaining
from service.flows.judging.judge import WordedJudge
from service.flows.policies.library import PolicyLibrary
Analyser.load()
print(json.dumps([before, sorted({name.partition(".")[0] for name in sys.modules})]))
"""
_JUDGES = {"rjieba", "onnxruntime", "tokenizers"}
_OF_OTHER_ROLES = {
    "sklearn", "joblib", "torch", "jieba", "scrapy", "aiohttp", "feedparser", "readability", "openpyxl", "python_calamine",
    "pdfplumber", "pypdf", "fastapi", "starlette", "uvicorn", "jinja2", "docx", "xlsxwriter", "matplotlib", "alembic",
}  # fmt: skip


def test_the_assess_role_loads_no_library_of_other_roles_and_they_none_that_judges() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _JUDGING], capture_output=True, text=True, check=True, timeout=280, cwd=ROOT
    )
    before, judging = map(set, json.loads(ran.stdout))
    assert not before & _JUDGES
    assert "rjieba" in judging
    assert not judging & _OF_OTHER_ROLES
