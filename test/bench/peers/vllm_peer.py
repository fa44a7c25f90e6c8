"""The peer vLLM (pip install vllm): all prompts at once, one new token or more, greedy.

It reads a job on stdin and writes what it found on stdout, as JSON; `test/bench/inference/peer.ts` has both forms. Prompts
have their chat template applied. Each round begins without the prefixes of the one before.
"""

import json
import math
import sys
import time

from vllm import LLM, SamplingParams

TOP = 20

job = json.load(sys.stdin)
prompts = job["prompts"]
model = LLM(model=job["model"], enable_prefix_caching=True, max_logprobs=TOP)
tokenizer = model.get_tokenizer()
labels = [tokenizer.encode(label, add_special_tokens=False)[0] for label in job["labels"]]
half = len(labels) // 2


def ask(tokens):
    """Seconds for all prompts, and their outputs."""
    model.reset_prefix_cache()
    settings = SamplingParams(temperature=0, max_tokens=tokens, min_tokens=tokens, logprobs=TOP)
    start = time.perf_counter()
    outputs = model.generate(prompts, settings, use_tqdm=False)
    return time.perf_counter() - start, outputs


def difference(output):
    """log p(A) - log p(B) of the first new token; a letter outside the likeliest has the least of these at most."""
    found = output.outputs[0].logprobs[0]
    least = min(each.logprob for each in found.values())
    probability = lambda ids: sum(math.exp(found[i].logprob if i in found else least) for i in ids)
    return math.log(probability(labels[:half])) - math.log(probability(labels[half:]))


differences = [difference(output) for output in ask(1)[1]]
seconds = {str(tokens): [ask(tokens)[0] for _ in range(job["rounds"])] for tokens in job["tokens"]}
print(json.dumps({"differences": differences, "seconds": seconds}))
