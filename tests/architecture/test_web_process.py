"""The web process shows judgements and makes none: no library that trains or runs a model is ever loaded in it."""

import json
import subprocess
import sys

from tests.architecture.sources import ROOT

KEPT_OUT = ("sklearn", "joblib", "onnxruntime", "onnx", "tokenizers", "torch", "jieba")
PAGES = (
    "/", "/alerts", "/events", "/events/20261123-01", "/events/20261123-01?tab=documents", "/search?q=疫苗", "/cases",
    "/matters", "/briefings", "/policies", "/policies/situations", "/topics", "/sources", "/words", "/notices", "/drills",
    "/system", "/system?tab=models", "/labels",
)  # fmt: skip
_PROCESS = """
import json, sys, tempfile
from pathlib import Path
from fastapi.testclient import TestClient
from service.web.app import create_app
from tests.builders import PASSWORD
from tests.dashboard import make_context
with tempfile.TemporaryDirectory() as folder:
    context = make_context(Path(folder))
    client = TestClient(create_app(context), follow_redirects=True)
    client.post("/login", data={"name": "管理丁", "password": PASSWORD})
    shown = {path: client.get(path).status_code for path in json.loads(sys.argv[1])}
    context.search.close()
    context.store.close()
print(json.dumps([shown, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_the_web_process_loads_no_library_of_models() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PROCESS, json.dumps(PAGES)],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    shown, loaded = json.loads(ran.stdout.splitlines()[-1])
    assert shown["/"] == shown["/events/20261123-01?tab=documents"] == 200
    assert sum(status == 200 for status in shown.values()) > len(PAGES) // 2, shown
    assert not set(KEPT_OUT) & set(loaded)


def test_judging_loads_no_library_that_trains() -> None:
    script = "import sys, analysis.assess; analysis.assess.Analyser.load(); print([m for m in sys.modules if m.partition('.')[0] in {'sklearn', 'joblib', 'torch', 'jieba'}])"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=280, cwd=ROOT
    )
    assert ran.stdout.strip() == "[]"
