#!/bin/sh
# Run Lighthouse on the page of a signed-in person, with so many machines: bench/lighthouse.sh [machines…]
# Needs npx (or the command in LIGHTHOUSE) and Chromium (or the browser in CHROMIUM). The reports are kept in $REPORTS.
set -eu
cd "$(dirname "$0")/.."
LIGHTHOUSE=${LIGHTHOUSE:-npx --yes lighthouse@12}
REPORTS=${REPORTS:-$(mktemp -d)}
export CHROME_PATH="${CHROMIUM:-$(command -v chromium)}"

for machines in "${@:-12 1000}"; do
  for size in $machines; do
    work=$(mktemp -d)
    mkfifo "$work/stop" "$work/output"
    .venv/bin/python bench/serve.py "$size" <"$work/stop" >"$work/output" &
    exec 3>"$work/stop"
    read -r url cookie <"$work/output"
    $LIGHTHOUSE "$url" --quiet --chrome-flags="--headless=new --no-sandbox" --extra-headers="{\"Cookie\":\"$cookie\"}" \
      --only-categories=performance,accessibility,best-practices --output=json --output-path="$REPORTS/$size.json"
    exec 3>&-
    wait
    .venv/bin/python -c '
import json, sys
report = json.load(open(sys.argv[1]))
print(sys.argv[2], "machines:", {name: round(100 * one["score"]) for name, one in report["categories"].items()})
for audit in report["audits"].values():
    if audit["score"] not in (None, 1) and audit["scoreDisplayMode"] in ("binary", "numeric", "metricSavings"):
        print("  ", audit["id"], audit.get("displayValue", ""))
' "$REPORTS/$size.json" "$size"
    rm -r "$work"
  done
done
