"""What the whole assess role holds: a process of its own over a store with a library of laws, judging what becomes alerts."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from crawlers.records import Document, DocumentKind, document_id
from service.bootstrap import Application, build, prepare
from service.flows.policies.importing import import_policies
from service.settings import load_settings
from tests.bench.texts import built_corpus

__all__ = ["MOST_ROLE_MEBIBYTES", "RoleMemory", "measure_role"]

MOST_ROLE_MEBIBYTES = 400.0
_TOLD = 60
_PASSED_OVER = 40
_LAWS = 28
_ARTICLES = 70
_SOURCE = "drop-press"
_PATIENCE_S = 280
_ROOT = Path(__file__).resolve().parents[2]
_PLACES = ("青河县", "白沙镇", "云溪区", "石桥乡", "临江街道", "南坡村")
_WHAT = ("布洛芬注射液", "流感疫苗", "感冒颗粒", "血糖仪", "护肤面霜")
_HOW = (
    "后多名患者寒战发热送医抢救",
    "被查出是假药，药店已停业",
    "抽检不合格，企业发布召回通告",
    "致两名儿童过敏住院",
    "过期仍在诊所销售",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleMemory:
    """MiB that the role held once it had judged, and at most."""

    documents: int
    alerts: int
    mebibytes: float
    peak_mebibytes: float

    def line(self) -> str:
        """Return the JSON line of `yaowang bench load`."""
        return json.dumps(
            {
                "name": "the assess role, with a library of 2,000 articles",
                "documents": self.documents,
                "alerts": self.alerts,
                "mebibytes": round(self.mebibytes, 1),
                "peak_mebibytes": round(self.peak_mebibytes, 1),
                "aims": {"mebibytes": MOST_ROLE_MEBIBYTES},
            }
        )


def measure_role() -> RoleMemory:
    """Measure the role on Linux, over a store that is made for it, until everything that waits is judged.

    Raises:
        RuntimeError: If the role ended, or had not judged everything within minutes.
    """
    with TemporaryDirectory(prefix="yaowang-bench-") as folder:
        settings = load_settings(data=Path(folder) / "var")
        prepare(settings)
        app = build(settings)
        try:
            _fill(app, Path(folder) / "laws")
            return _measured(app)
        finally:
            app.close()


def _measured(app: Application) -> RoleMemory:
    command = [sys.executable, "-m", "service.cli", "assess", "--data", str(app.settings.data)]
    log = app.settings.data / "assess.out"
    with log.open("wb") as said:
        role = subprocess.Popen(command, stdout=said, stderr=said, cwd=_ROOT)
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while (waiting := _waiting(app)) and role.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        if waiting or role.poll() is not None:
            raise RuntimeError(f"{waiting} wait, {role.poll()=}: {log.read_text(encoding='utf-8')[-2000:]}")
        with Path(f"/proc/{role.pid}/status").open(encoding="ascii") as status:
            held = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in status if line.startswith("Vm")}
    finally:
        # What it still explains is of no use to anybody.
        role.kill()
        role.wait()
    with app.store.read() as work:
        alerts = len(work.alerts.listing(limit=_TOLD))
    return RoleMemory(
        documents=_TOLD + _PASSED_OVER, alerts=alerts, mebibytes=held["VmRSS"], peak_mebibytes=held["VmHWM"]
    )


def _waiting(app: Application) -> int:
    with app.store.read() as work:
        return work.documents.pending_count()


def _fill(app: Application, laws: Path) -> None:
    laws.mkdir()
    for number in range(_LAWS):
        (laws / f"演示药品管理办法之{number}(2020-01-01).md").write_text(_law(number), encoding="utf-8")
    import_policies(app.store, laws, register=app.register, actor="system", now=app.now())
    with app.store.write() as work:
        work.documents.put(_documents(app), now=app.now())


def _law(number: int) -> str:
    # Articles of which each has words that no other has, as laws do.
    return "\n\n".join(
        f"第{place + 1}条 {what}的生产、经营和使用单位在{where}{how}的，应当立即停止使用、封存、召回并报告，编号{number}之{place}。"
        for place, (where, what, how) in enumerate(list(product(_PLACES, _WHAT, _HOW))[:_ARTICLES])
    )


def _documents(app: Application) -> list[Document]:
    said = list(product(_PLACES, _WHAT, _HOW))[:_TOLD]
    titles = [f"{where}使用{what}{how}" for where, what, how in said]
    texts = ["，".join(titles[number : number + 18]) + "。" for number in range(len(titles))]
    passed_over = [one.title for one in built_corpus(_PASSED_OVER).stream]
    told = [*zip(titles, texts, strict=True), *((title, f"{title}，记者从现场了解到。") for title in passed_over)]
    return [
        Document(
            id=document_id(_SOURCE, str(number)),
            source_id=_SOURCE,
            native_id=str(number),
            kind=DocumentKind.ARTICLE,
            title=title,
            text=text,
            fetched_at=app.now(),
            published_at=app.now() - timedelta(minutes=number),
        )
        for number, (title, text) in enumerate(told)
    ]
