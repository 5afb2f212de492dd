#include "MPIShims.h"

#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(MPI_Comm) <= sizeof(mpi_communicator), "a communicator fits 64 bits");
_Static_assert(sizeof(MPI_Request) <= sizeof(mpi_request), "a request fits 64 bits");
_Static_assert(sizeof(MPI_Message) <= sizeof(mpi_matched_message), "a message fits 64 bits");

// memcpy, since a handle is a pointer in one implementation and an int in another.
#define PACK(to, from) (*(to) = 0, memcpy((to), &(from), sizeof(from)))

static MPI_Comm unpack_communicator(mpi_communicator packed) {
  MPI_Comm communicator;
  memcpy(&communicator, &packed, sizeof communicator);
  return communicator;
}

/// MPI counts in int; a larger message is refused by MPI's own code for a bad count.
static int count_of(size_t byte_count) { return byte_count > INT_MAX ? -1 : (int)byte_count; }

int mpi_start(mpi_communicator *packed, int *rank, int *size, int *thread_level) {
  int status = MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, thread_level);
  if (status != MPI_SUCCESS) return status;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
  MPI_Comm communicator;
  status = MPI_Comm_dup(MPI_COMM_WORLD, &communicator);
  if (status != MPI_SUCCESS) return status;
  MPI_Comm_set_errhandler(communicator, MPI_ERRORS_RETURN);
  PACK(packed, communicator);
  MPI_Comm_rank(communicator, rank);
  return MPI_Comm_size(communicator, size);
}

bool mpi_threads_suffice(int thread_level) { return thread_level >= MPI_THREAD_SERIALIZED; }

int mpi_finish(void) { return MPI_Finalize(); }

void mpi_abort_job(int exit_code) { MPI_Abort(MPI_COMM_WORLD, exit_code); }

void mpi_describe_error(int code, char *text, size_t capacity) {
  char words[MPI_MAX_ERROR_STRING];
  int length;
  MPI_Error_string(code, words, &length);
  snprintf(text, capacity, "%s", words);
}

void mpi_describe_library(char *text, size_t capacity) {
  char words[MPI_MAX_LIBRARY_VERSION_STRING];
  int length;
  MPI_Get_library_version(words, &length);
  snprintf(text, capacity, "%s", words);
}

int mpi_start_send(mpi_communicator communicator, const void *bytes, size_t byte_count, int peer,
                   int tag, mpi_request *packed) {
  MPI_Request request = MPI_REQUEST_NULL;
  int status = MPI_Isend(bytes, count_of(byte_count), MPI_BYTE, peer, tag,
                         unpack_communicator(communicator), &request);
  PACK(packed, request);
  return status;
}

int mpi_start_receive(mpi_communicator communicator, void *buffer, size_t byte_count, int peer,
                      int tag, mpi_request *packed) {
  MPI_Request request = MPI_REQUEST_NULL;
  int status = MPI_Irecv(buffer, count_of(byte_count), MPI_BYTE, peer, tag,
                         unpack_communicator(communicator), &request);
  PACK(packed, request);
  return status;
}

static void fill(mpi_envelope *envelope, const MPI_Status *status) {
  int count = 0;
  MPI_Get_count(status, MPI_BYTE, &count);
  envelope->source = status->MPI_SOURCE;
  envelope->byte_count = count == MPI_UNDEFINED ? 0 : (size_t)count;
}

int mpi_match_any(mpi_communicator communicator, int tag, bool *found, mpi_envelope *envelope,
                  mpi_matched_message *packed) {
  int flag = 0;
  MPI_Message message = MPI_MESSAGE_NULL;
  MPI_Status status;
  int code = MPI_Improbe(MPI_ANY_SOURCE, tag, unpack_communicator(communicator), &flag, &message,
                         &status);
  *found = code == MPI_SUCCESS && flag;
  if (*found) fill(envelope, &status);
  PACK(packed, message);
  return code;
}

int mpi_start_matched_receive(mpi_matched_message packed_message, void *buffer, size_t byte_count,
                              mpi_request *packed) {
  MPI_Message message;
  memcpy(&message, &packed_message, sizeof message);
  MPI_Request request = MPI_REQUEST_NULL;
  int status = MPI_Imrecv(buffer, count_of(byte_count), MPI_BYTE, &message, &request);
  PACK(packed, request);
  return status;
}

int mpi_start_barrier(mpi_communicator communicator, mpi_request *packed) {
  MPI_Request request = MPI_REQUEST_NULL;
  int status = MPI_Ibarrier(unpack_communicator(communicator), &request);
  PACK(packed, request);
  return status;
}

int mpi_start_broadcast(mpi_communicator communicator, void *bytes, size_t byte_count, int root,
                        mpi_request *packed) {
  MPI_Request request = MPI_REQUEST_NULL;
  int status = MPI_Ibcast(bytes, count_of(byte_count), MPI_BYTE, root,
                          unpack_communicator(communicator), &request);
  PACK(packed, request);
  return status;
}

int mpi_start_all_gather(mpi_communicator communicator, const void *bytes, size_t byte_count,
                         void *result, mpi_request *packed) {
  MPI_Request request = MPI_REQUEST_NULL;
  int count = count_of(byte_count);
  int status = MPI_Iallgather(bytes, count, MPI_BYTE, result, count, MPI_BYTE,
                              unpack_communicator(communicator), &request);
  PACK(packed, request);
  return status;
}

int mpi_test(mpi_request *packed, bool *done, mpi_envelope *envelope) {
  MPI_Request request;
  memcpy(&request, packed, sizeof request);
  int flag = 0, class = MPI_SUCCESS;
  MPI_Status status;
  int code = MPI_Test(&request, &flag, &status);
  PACK(packed, request);
  if (code != MPI_SUCCESS) MPI_Error_class(code, &class);
  envelope->truncated = class == MPI_ERR_TRUNCATE;
  *done = flag || envelope->truncated;
  if (*done) fill(envelope, &status);
  return envelope->truncated ? MPI_SUCCESS : code;
}

int mpi_cancel(mpi_request *packed) {
  MPI_Request request;
  memcpy(&request, packed, sizeof request);
  return MPI_Cancel(&request);
}
