"""Pages of notebooks are made anew when their notebook was run again, not only when its text has changed."""

import json
from pathlib import Path


def run_since(app, env, added, changed, removed):
    """Return the pages whose notebook was run after they were read."""
    state = Path(app.outdir).parent / "notebooks.json"
    runs = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
    now = {name: key for name, (key, _) in runs.items()}
    before, env.runs = getattr(env, "runs", {}), now
    return [name for name in now if name in env.found_docs and now[name] != before.get(name)]


def setup(app):
    app.connect("env-get-outdated", run_since)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
