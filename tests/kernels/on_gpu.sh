#!/usr/bin/env bash
# on_gpu.sh BUILD [WRAPPER…]: runs the tests of ops and of the engine on the CUDA device, each under WRAPPER where one
# is given (compute-sanitizer). Exit code 77: there is no GPU here. ZIPAGE_GPU_TESTS: only these programs.
set -uo pipefail
build=$1
shift
command -v nvidia-smi > /dev/null && nvidia-smi -L > /dev/null 2>&1 || { echo "no NVIDIA GPU: skipped"; exit 77; }
export ZIPAGE_TEST_DEVICE=cuda ZIPAGE_CUDA_PLUGIN=$build/bin/libzipage_cuda.so
kernels="tst_device_copies tst_element_ops tst_experts tst_matmul tst_paged_attention tst_sample tst_select_and_compact
  tst_store_key_value tst_compression_scores tst_rounded_ops"
engine="tst_logits_run tst_golden_models tst_real_model tst_device_transcripts tst_compression_pipeline"
failed=0
for name in ${ZIPAGE_GPU_TESTS:-$kernels $engine}; do
  # Ops that are tested one by one read and write the memory of the program itself: each must have ended.
  case " $(echo $kernels) " in *" $name "*) blocking=1 ;; *) blocking=0 ;; esac
  echo "== $name"
  CUDA_LAUNCH_BLOCKING=$blocking timeout 300 "$@" "$build/tests/$name" -maxwarnings 20 | grep -v '^PASS'
  status=${PIPESTATUS[0]}
  [ "$status" = 0 ] || { echo "$name failed with $status"; failed=$((failed + 1)); }
done
echo "$failed programs failed"
[ "$failed" = 0 ]
