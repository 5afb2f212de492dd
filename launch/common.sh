# shellcheck shell=bash
# Sourced by the other scripts of this folder.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The binary: $VERNIER, or the release build of this checkout.
vernier=${VERNIER:-$root/.build/release/vernier}

# fail SENTENCE [CODE]: ends the script; 2 is a mistake in the command, as in vernier itself.
fail() {
  echo "$(basename "$0"): $1" >&2
  exit "${2:-2}"
}

# is_number TEXT: whether it is a whole number above zero.
is_number() {
  [[ $1 =~ ^[1-9][0-9]*$ ]]
}

require_binary() {
  [ -x "$vernier" ] ||
    fail "there is no $vernier; build it with: swift build -c release --product vernier" 66
}

# vernier_command [run|train|search|retrain|evaluate|bench rank] CONFIG ...: sets `verb`, to `run` where none is named,
# and `arguments`.
vernier_command() {
  case ${1-} in
  run | train | search | retrain | evaluate) verb=("$1") ;;
  bench) verb=(bench "${2-}") ;;
  *)
    verb=(run)
    set -- run "$@"
    ;;
  esac
  arguments=("${@:${#verb[@]}+1}")
  [ "${#arguments[@]}" -ge 1 ] || fail "name a configuration, such as cluster-configs/runs/quickstart.yaml"
}

# run_ranks COMMAND...: runs mpirun so that signals end in a checkpoint; returns its code.
#
# On SIGTERM or SIGINT mpirun 4.1 kills its ranks after one second and leaves with 1, and with a longer
# odls_base_sigkill_timeout it sits that time out, twice, whatever the ranks do. So it never sees them: they
# are turned into SIGUSR2, which mpirun passes to every rank, and after which they checkpoint and leave with 75.
run_ranks() {
  # mpirun refuses root by default, which is all that a container has.
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  # In a session of its own, or Ctrl-C would reach mpirun as well; it must not read the terminal there.
  setsid "$@" </dev/null &
  job=$!
  local code=0
  trap 'pass USR1' USR1
  trap 'pass USR2' USR2
  # A second SIGINT or SIGTERM ends the ranks at once.
  trap 'pass USR2; trap "pass TERM" INT TERM' INT TERM HUP
  # A signal ends `wait` early; bash keeps the code of a job that has ended.
  while kill -0 "$job" 2>/dev/null; do wait "$job" || true; done
  wait "$job" || code=$?
  trap - USR1 USR2 INT TERM HUP
  explain "$code"
  return "$code"
}

# pass SIGNAL: hands a signal to the job, which may just have ended.
pass() {
  kill -s "$1" "$job" 2>/dev/null || true
}

# explain CODE: what to do about a code after which vernier itself may have said nothing.
explain() {
  case $1 in
  0 | 2 | 65 | 66 | 70 | 73 | 74) ;;
  75) echo "$(basename "$0"): the same command goes on from the last checkpoint (code 75)" >&2 ;;
  *)
    echo "$(basename "$0"): a rank was killed or could not be started (code $1);" \
      "the same command goes on from the last checkpoint" >&2
    ;;
  esac
}
