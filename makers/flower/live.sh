#!/bin/sh
# Runs `attune federate join --flower` against a real SuperLink and ServerApp, where PyPI can be reached. From the root of
# the repository: sh makers/flower/live.sh [FLOWER_VERSION]. Not run yet: PyPI was out of reach where this was written.
set -eu
version=${1:-1.43.0}
root=$(pwd)
work=$(mktemp -d)
export FLWR_TELEMETRY_ENABLED=0 FLWR_DISABLE_UPDATE_CHECK=1 FLWR_HOME="$work/flwr"
pids=
trap 'kill $pids 2>/dev/null || true' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "flwr==$version"
export PATH="$work/venv/bin:$PATH"

mkdir -p "$work/app/live" "$FLWR_HOME"
cp "$root/makers/flower/server_app.py" "$work/app/live/server_app.py"
: > "$work/app/live/__init__.py"
cat > "$work/app/pyproject.toml" <<TOML
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "live"
version = "1.0.0"
license = "Apache-2.0"
dependencies = ["flwr"]
[tool.hatch.build.targets.wheel]
packages = ["."]
[tool.flwr.app]
publisher = "attune"
[tool.flwr.app.components]
serverapp = "live.server_app:app"
clientapp = "live.server_app:client"
[tool.flwr.app.config]
num-server-rounds = 3
TOML
cat > "$FLWR_HOME/config.toml" <<TOML
[superlink]
default = "live"
[superlink.live]
address = "127.0.0.1:8000"
insecure = true
TOML

flower-superlink --insecure > "$work/superlink.log" 2>&1 &
pids="$pids $!"
sleep 10
for site in north south; do
  python3 -c "
import json, random
random.seed('$site')
for i in range(60): print(json.dumps({'prompt': f'Order {i} of $site:', 'completion': f' parcel {random.randrange(9)}'}))
" > "$work/$site.jsonl"
  bin/attune federate join --flower http://127.0.0.1:8000 --rounds 3 --local-steps 5 --output "$work/$site" \
    --model attune-base --objective sft --tuning.r 4 --train "$work/$site.jsonl" --data.validation 0.2 > "$work/$site.log" 2>&1 &
  pids="$pids $!"
done
sleep 20
flwr run "$work/app" live --stream || true
sleep 30
tail -n 20 "$work/superlink.log" "$work/north.log" "$work/south.log"
ls "$work/north/run/adapter" "$work/south/run/adapter"
