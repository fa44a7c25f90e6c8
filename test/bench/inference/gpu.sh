#!/usr/bin/env bash
# The same bench on a machine with a GPU: the card's numbers against the processor's, and both speeds.
#   bash test/bench/inference/gpu.sh MODEL_FOLDER [cuda|webgpu] [--hf SAFETENSORS_FOLDER]
# vLLM is compared where AGON_BENCH_VLLM is a Python that has it (pip install vllm) and --hf names the model's safetensors.
# CUDA's libraries are those of `npx agon setup-gpu` where AGON_GPU_LIBRARIES names their folder.
set -euo pipefail
cd "$(dirname "$0")/../../.."
model=${1:?the folder of a model}
ep=${2:-cuda}
shift $(($# < 2 ? $# : 2))
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || echo "nvidia-smi found no card"
exec node_modules/.bin/node test/bench/inference/main.ts --model "$model" --ep "$ep" --battles "${BATTLES:-16}" "$@"
