/* Makes chosen calls of the kernel's file functions fail, for processes that load it (LD_PRELOAD).
 *
 * STIMGEN_FAULT = "OPERATION NUMBER HOW": the NUMBERth call of OPERATION (write, fsync, rename, ftruncate, close,
 * create) on a file under the folder STIMGEN_FAULT_UNDER fails. HOW is an errno name, "short" (a write of half the
 * bytes), or either with a + behind: then all later ones fail too. What was done is added to STIMGEN_FAULT_LOG.
 *
 * STIMGEN_FLOCK = "nfs": flock() wants a descriptor that is open for writing for an exclusive lock (flock(2), "NFS details");
 * "none": the file system knows no locks, as Lustre mounted without flock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char operation[16], how[16];
static long wanted, seen;
static int sticky;

static void __attribute__((constructor)) read_settings(void) {
  const char *fault = getenv("STIMGEN_FAULT");
  if (fault == NULL || sscanf(fault, "%15s %ld %15s", operation, &wanted, how) != 3) return;
  const size_t length = strlen(how);
  sticky = length > 0 && how[length - 1] == '+';
  if (sticky) how[length - 1] = 0;
}

static void record(const char *path) {
  const char *log = getenv("STIMGEN_FAULT_LOG");
  if (log == NULL) return;
  const int file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (file < 0) return;
  char line[PATH_MAX + 64];
  const int size = snprintf(line, sizeof line, "%s %ld %s %s\n", operation, seen, how, path);
  if (size > 0) syscall(SYS_write, file, line, (size_t)size);
  syscall(SYS_close, file);
}

/* 0: let it happen; 1: fail; 2: short. */
static int decide(const char *name, const char *path) {
  if (strcmp(name, operation) != 0) return 0;
  const char *under = getenv("STIMGEN_FAULT_UNDER");
  if (under == NULL || strncmp(path, under, strlen(under)) != 0) return 0;
  pthread_mutex_lock(&mutex);
  ++seen;
  const int hit = seen == wanted || (sticky && seen > wanted);
  if (hit) record(path);
  pthread_mutex_unlock(&mutex);
  if (!hit) return 0;
  return strcmp(how, "short") == 0 ? 2 : 1;
}

static int decide_descriptor(const char *name, int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return decide(name, path);
}

static int fail(void) {
  errno = strcmp(how, "ENOSPC") == 0 ? ENOSPC : strcmp(how, "EDQUOT") == 0 ? EDQUOT : strcmp(how, "EACCES") == 0 ? EACCES : EIO;
  return -1;
}

/* One byte would end in a loop of single bytes for a caller that goes on; half shows the same. */
static size_t shortened(size_t size) { return size > 1 ? size / 2 : size; }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int descriptor, const void *bytes, size_t size) {
  const int decision = decide_descriptor("write", descriptor);
  if (decision == 1) return fail();
  return REAL(write)(descriptor, bytes, decision == 2 ? shortened(size) : size);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t at) {
  const int decision = decide_descriptor("write", descriptor);
  if (decision == 1) return fail();
  return REAL(pwrite)(descriptor, bytes, decision == 2 ? shortened(size) : size, at);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t at) {
  const int decision = decide_descriptor("write", descriptor);
  if (decision == 1) return fail();
  return REAL(pwrite64)(descriptor, bytes, decision == 2 ? shortened(size) : size, at);
}
int fsync(int descriptor) { return decide_descriptor("fsync", descriptor) ? fail() : REAL(fsync)(descriptor); }
int ftruncate(int descriptor, off_t size) {
  return decide_descriptor("ftruncate", descriptor) ? fail() : REAL(ftruncate)(descriptor, size);
}
int ftruncate64(int descriptor, off64_t size) {
  return decide_descriptor("ftruncate", descriptor) ? fail() : REAL(ftruncate64)(descriptor, size);
}
/* A close that reports an error has closed all the same. */
int close(int descriptor) {
  const int decision = decide_descriptor("close", descriptor);
  const int closed = REAL(close)(descriptor);
  return decision ? fail() : closed;
}
static int decide_path(const char *name, const char *path) {
  char whole[2 * PATH_MAX];
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char here[PATH_MAX];
    if (getcwd(here, sizeof here) == NULL) return 0;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
  }
  return decide(name, whole);
}
int rename(const char *from, const char *to) { return decide_path("rename", to) ? fail() : REAL(rename)(from, to); }

#define OPEN(name)                                                            \
  int name(const char *path, int flags, ...) {                                \
    va_list more;                                                             \
    va_start(more, flags);                                                    \
    const mode_t mode = flags & O_CREAT ? (mode_t)va_arg(more, int) : 0;      \
    va_end(more);                                                             \
    if ((flags & O_CREAT) && decide_path("create", path)) return fail();      \
    return REAL(name)(path, flags, mode);                                     \
  }
OPEN(open)
OPEN(open64)

int flock(int descriptor, int how) {
  static int (*real)(int, int);
  if (real == NULL) real = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
  const char *kind = getenv("STIMGEN_FLOCK");
  if (kind != NULL && strcmp(kind, "none") == 0) {
    errno = ENOSYS;
    return -1;
  }
  const int read_only = (fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_RDONLY;
  if (kind != NULL && strcmp(kind, "nfs") == 0 && (how & ~LOCK_NB) == LOCK_EX && read_only) {
    errno = EBADF;
    return -1;
  }
  return real(descriptor, how);
}
