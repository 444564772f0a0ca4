"""What an assess worker costs: the time to load the model, and the memory of a process that has judged 2,000 documents."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DOCUMENTS", "MOST_MEBIBYTES", "MOST_SECONDS", "Load", "measure_load"]

DOCUMENTS = 2000
MOST_SECONDS = 1.0
MOST_MEBIBYTES = 320.0
_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 280
# Loading is timed after the libraries are imported: what a worker does again with every new model.
_PROCESS = """
import json, resource, sys, time
from analysis.assess import Analyser
from tests.bench.texts import load_corpus
began, worked = time.perf_counter(), time.process_time()
analyser = Analyser.load()
loaded, work = time.perf_counter() - began, time.process_time() - worked
corpus = load_corpus(int(sys.argv[1]))
documents = [*corpus.field, *corpus.stream][: int(sys.argv[1])]
judged = sum(len(analyser.assess(documents[begin : begin + 256])) for begin in range(0, len(documents), 256))
with open("/proc/self/status", encoding="ascii") as status:
    held = {line.split(":")[0]: line.split()[1] for line in status if line.startswith("Vm")}
print(json.dumps([loaded, work, judged, int(held["VmRSS"]) / 1024, int(held["VmHWM"]) / 1024]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One process: seconds to load by the clock and of processor time, documents judged, MiB held then and at most."""

    seconds: float
    processor_seconds: float
    documents: int
    mebibytes: float
    peak_mebibytes: float

    def line(self) -> str:
        """Return the JSON line of `yaowang bench load`."""
        return json.dumps(
            {
                "name": "load the model, judge 2,000 documents",
                "load_seconds": round(self.seconds, 3),
                "load_processor_seconds": round(self.processor_seconds, 3),
                "documents": self.documents,
                "mebibytes": round(self.mebibytes, 1),
                "peak_mebibytes": round(self.peak_mebibytes, 1),
                "aims": {"load_seconds": MOST_SECONDS, "mebibytes": MOST_MEBIBYTES},
            }
        )


def measure_load(documents: int = DOCUMENTS) -> Load:
    """Measure a fresh process on Linux; texts of the field first, then of the stream.

    Raises:
        subprocess.CalledProcessError: If the process failed.
    """
    ran = subprocess.run(
        [sys.executable, "-c", _PROCESS, str(documents)],
        capture_output=True, text=True, check=True, timeout=_PATIENCE_S, cwd=_ROOT,
    )  # fmt: skip
    seconds, work, judged, held, peak = json.loads(ran.stdout.splitlines()[-1])
    return Load(seconds=seconds, processor_seconds=work, documents=judged, mebibytes=held, peak_mebibytes=peak)
