#ifndef MPI_SHIMS_H
#define MPI_SHIMS_H

// The part of MPI that Vernier uses, without <mpi.h>: its handles and constants are macros that
// Swift cannot import, and pointers in one implementation but integers in another. Here a handle is
// 64 opaque bits.
//
// Every function that returns int returns MPI's code: 0 is success, mpi_describe_error() words the
// rest. Every operation that takes time only starts here; the caller polls it with mpi_test().

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t mpi_communicator;
typedef uint64_t mpi_request;
typedef uint64_t mpi_matched_message;

/// How a finished or announced message looks.
typedef struct {
  int source;
  size_t byte_count;
  /// The message was longer than the buffer; the rest of it is lost.
  bool truncated;
} mpi_envelope;

/// Starts MPI and makes a communicator of all ranks whose errors are returned, not fatal.
/// `thread_level` is what the library offers: see mpi_threads_suffice().
int mpi_start(mpi_communicator *communicator, int *rank, int *size, int *thread_level);
/// Whether calls may at least come from different threads, one at a time.
bool mpi_threads_suffice(int thread_level);
int mpi_finish(void);
/// Ends the processes of all ranks.
void mpi_abort_job(int exit_code);
/// Words for a code; `text` holds `capacity` bytes and is always terminated.
void mpi_describe_error(int code, char *text, size_t capacity);
/// The library's name and version; `text` holds `capacity` bytes and is always terminated.
void mpi_describe_library(char *text, size_t capacity);

int mpi_start_send(mpi_communicator communicator, const void *bytes, size_t byte_count, int peer,
                   int tag, mpi_request *request);
int mpi_start_receive(mpi_communicator communicator, void *buffer, size_t byte_count, int peer,
                      int tag, mpi_request *request);
/// Looks for a message from any rank without waiting; when found it is kept for
/// mpi_start_matched_receive().
int mpi_match_any(mpi_communicator communicator, int tag, bool *found, mpi_envelope *envelope,
                  mpi_matched_message *message);
int mpi_start_matched_receive(mpi_matched_message message, void *buffer, size_t byte_count,
                              mpi_request *request);
int mpi_start_barrier(mpi_communicator communicator, mpi_request *request);
int mpi_start_broadcast(mpi_communicator communicator, void *bytes, size_t byte_count, int root,
                        mpi_request *request);
int mpi_start_all_gather(mpi_communicator communicator, const void *bytes, size_t byte_count,
                         void *result, mpi_request *request);

/// Whether the operation is done; `envelope` is filled for a receive that is.
int mpi_test(mpi_request *request, bool *done, mpi_envelope *envelope);
/// Withdraws a receive that nothing has come for, so that its buffer may go.
int mpi_cancel(mpi_request *request);

#endif
