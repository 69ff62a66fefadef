/* A disk that can fail: preloaded into a process, it counts what the process does to one folder and spoils what it is told to.
 *
 * Every call that changes the folder is a step. At a chosen step the process is killed, or the call fails, or a write is cut
 * short; all steps can be written to a log, from which a power cut is played back later. Python's `os` and SQLite both
 * reach the disk through these functions of the C library, so nothing in the program under test is replaced.
 * Control comes from inside the process (`ctypes.CDLL(None)`): a fault is armed between two lines of a test.
 */
#include "shim.h"

#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define DESCRIPTORS 4096

static char folder[PATH_MAX];
static size_t folder_length;
static unsigned char ours[DESCRIPTORS]; /* which descriptors lead into the folder */
static int log_to = -1;
static long steps, chosen = -1;
static int action, error_number, sticky, reads_too;
long long room = NO_LIMIT;

/* the log: a fixed head, two paths, the data */

struct head {
  uint32_t kind;
  int32_t fd;
  int64_t step, offset, length, flags;
  uint32_t first, second; /* bytes of the two paths */
  uint64_t data;          /* bytes written */
};

static void put(const void *bytes, size_t count) {
  for (const char *at = bytes; count > 0;) {
    long done = syscall(SYS_write, log_to, at, count);
    if (done <= 0) _exit(99); /* a log with a hole would prove nothing */
    at += done;
    count -= (size_t)done;
  }
}

void note(int kind, int fd, long step, long long offset, long long length, long long flags, const char *first,
          const char *second, const void *data, size_t count) {
  if (log_to < 0) return;
  struct head head = {.kind = (uint32_t)kind, .fd = fd, .step = step, .offset = offset, .length = length, .flags = flags,
                      .first = first ? (uint32_t)strlen(first) : 0, .second = second ? (uint32_t)strlen(second) : 0,
                      .data = count};
  put(&head, sizeof head);
  if (first) put(first, head.first);
  if (second) put(second, head.second);
  if (count) put(data, count);
}

/* control */

void shim_watch(const char *path, int log_descriptor) {
  memset(ours, 0, sizeof ours);
  strncpy(folder, path, sizeof folder - 1);
  folder_length = strlen(folder);
  log_to = log_descriptor;
  steps = 0;
  chosen = -1;
  action = NOTHING;
  room = NO_LIMIT;
  sticky = reads_too = 0;
}

void shim_arm(long step, int what, int number, int from_then_on, int with_reads) {
  action = what;
  error_number = number;
  sticky = from_then_on;
  reads_too = with_reads;
  __atomic_store_n(&chosen, step, __ATOMIC_SEQ_CST);
}

void shim_disarm(void) { __atomic_store_n(&chosen, -1, __ATOMIC_SEQ_CST); }
void shim_room(long long bytes) { room = bytes; }
long shim_steps(void) { return __atomic_load_n(&steps, __ATOMIC_SEQ_CST); }
void shim_mark(const char *text) { note(MARK, -1, shim_steps(), 0, 0, 0, text, NULL, NULL, 0); }

int take_room(long long bytes) {
  if (room == NO_LIMIT) return 1;
  if (bytes > room) return 0;
  room -= bytes;
  return 1;
}

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) syscall(SYS_pause);
}

/* what a disk answers to which call: a full one still unlinks, and no disk refuses what only memory has to do */
static int may_fail(int kind) {
  int full = error_number == ENOSPC || error_number == EDQUOT;
  if (kind == READ) return reads_too && error_number == EIO;
  if (full) return kind != UNLINK && kind != RMDIR && kind != LENGTH && kind != TOUCH;
  return 1;
}

int is_full_now(void) {
  long at = __atomic_load_n(&chosen, __ATOMIC_SEQ_CST);
  int full = error_number == ENOSPC || error_number == EDQUOT;
  return at >= 0 && sticky && full && (action == FAIL || action == SHORT) && shim_steps() >= at;
}

int stepped(int kind, long *step) {
  *step = __atomic_add_fetch(&steps, kind != READ, __ATOMIC_SEQ_CST);
  long at = __atomic_load_n(&chosen, __ATOMIC_SEQ_CST);
  if (at < 0 || !(*step == at || (sticky && *step > at))) return NOTHING;
  int now = action;
  if (kind == READ && now != FAIL) return NOTHING;
  if (now == KILL_BEFORE) die();
  if (now == SHORT && *step > at) now = FAIL; /* the rest of a write that was cut short finds no room */
  if (now == FAIL && !may_fail(kind)) return NOTHING;
  if (now == FAIL) errno = error_number;
  return now;
}

void finished(int now) {
  int kept = errno;
  if (now == KILL_AFTER || now == KILL_HALFWAY) die();
  errno = kept;
}

int inside(const char *path) {
  return folder_length && path && strncmp(path, folder, folder_length) == 0 &&
         (path[folder_length] == '/' || path[folder_length] == 0);
}
int is_ours(int fd) { return fd >= 0 && fd < DESCRIPTORS && ours[fd]; }

/* opening */

static int opened(int (*real)(int, const char *, int, ...), int at, const char *path, int flags, mode_t mode) {
  if (!inside(path)) return real(at, path, flags, mode);
  struct stat there;
  int makes = (flags & O_CREAT) && stat(path, &there) != 0;
  long step;
  int kind = makes || (flags & O_TRUNC) ? OPEN : flags & (O_WRONLY | O_RDWR) ? TOUCH : READ;
  int now = stepped(kind, &step);
  if (now == FAIL) return -1;
  int fd = real(at, path, flags, mode);
  if (fd >= 0 && fd < DESCRIPTORS) {
    ours[fd] = 1;
    note(OPEN, fd, step, 0, makes, flags, path, NULL, NULL, 0);
  }
  finished(now);
  return fd;
}

#define OPENS(name, parameters, at, ...)                                   \
  int name parameters {                                                    \
    mode_t mode = 0;                                                       \
    if (flags & (O_CREAT | __O_TMPFILE)) {                                 \
      va_list rest;                                                        \
      va_start(rest, flags);                                               \
      mode = va_arg(rest, mode_t);                                         \
      va_end(rest);                                                        \
    }                                                                      \
    REAL(int, "openat64", int, const char *, int, ...);                    \
    return opened(real, at, path, flags, mode);                            \
  }
OPENS(open, (const char *path, int flags, ...), AT_FDCWD)
OPENS(open64, (const char *path, int flags, ...), AT_FDCWD)
OPENS(openat, (int at, const char *path, int flags, ...), at)
OPENS(openat64, (int at, const char *path, int flags, ...), at)
int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
  REAL(int, "close", int);
  if (is_ours(fd)) {
    ours[fd] = 0;
    note(CLOSE, fd, shim_steps(), 0, 0, 0, NULL, NULL, NULL, 0);
  }
  return real(fd);
}

/* writing: all forms end in one pwrite, so that one place counts, cuts short and logs */

static ssize_t wrote(int fd, const void *data, size_t count, off_t offset, int moves) {
  long step;
  int now = stepped(WRITE, &step);
  if (now == FAIL) return -1;
  size_t part = (now == SHORT || now == KILL_HALFWAY) && count > 1 ? count / 2 : count;
  struct stat there;
  long long grows = fstat(fd, &there) == 0 ? offset + (long long)part - there.st_size : 0;
  if (grows > 0 && !take_room(grows)) {
    errno = ENOSPC;
    return -1;
  }
  long done = syscall(SYS_pwrite64, fd, data, part, offset);
  if (done > 0) note(WRITE, fd, step, offset, done, 0, NULL, NULL, data, (size_t)done);
  if (done > 0 && moves) lseek(fd, offset + done, SEEK_SET);
  finished(now);
  return done;
}

static off_t place(int fd) {
  return fcntl(fd, F_GETFL) & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *data, size_t count) {
  REAL(ssize_t, "write", int, const void *, size_t);
  return is_ours(fd) ? wrote(fd, data, count, place(fd), 1) : real(fd, data, count);
}
ssize_t pwrite(int fd, const void *data, size_t count, off_t offset) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
  return is_ours(fd) ? wrote(fd, data, count, offset, 0) : real(fd, data, count, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t count, off_t offset) { return pwrite(fd, data, count, offset); }

static ssize_t wrote_all(int fd, const struct iovec *parts, int many, off_t offset, int moves) {
  ssize_t sum = 0;
  for (int i = 0; i < many; i++) {
    ssize_t done = wrote(fd, parts[i].iov_base, parts[i].iov_len, offset + sum, moves);
    if (done < 0) return sum ? sum : -1;
    sum += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return sum;
}
ssize_t writev(int fd, const struct iovec *parts, int many) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return is_ours(fd) ? wrote_all(fd, parts, many, place(fd), 1) : real(fd, parts, many);
}
ssize_t pwritev(int fd, const struct iovec *parts, int many, off_t offset) {
  REAL(ssize_t, "pwritev64", int, const struct iovec *, int, off_t);
  return is_ours(fd) ? wrote_all(fd, parts, many, offset, 0) : real(fd, parts, many, offset);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int many, off_t offset) { return pwritev(fd, parts, many, offset); }

/* copying inside the kernel would pass the log by; callers fall back to reading and writing */
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
  REAL(ssize_t, "sendfile64", int, int, off_t *, size_t);
  if (!is_ours(out)) return real(out, in, offset, count);
  errno = EINVAL;
  return -1;
}
ssize_t sendfile64(int out, int in, off_t *offset, size_t count) { return sendfile(out, in, offset, count); }
ssize_t copy_file_range(int in, off_t *from, int out, off_t *to, size_t count, unsigned flags) {
  REAL(ssize_t, "copy_file_range", int, off_t *, int, off_t *, size_t, unsigned);
  if (!is_ours(out)) return real(in, from, out, to, count, flags);
  errno = EINVAL;
  return -1;
}

/* reading is no step, but a dying disk fails it */

ssize_t pread64(int fd, void *data, size_t count, off_t offset) {
  REAL(ssize_t, "pread64", int, void *, size_t, off_t);
  long step;
  if (is_ours(fd) && stepped(READ, &step) == FAIL) return -1;
  return real(fd, data, count, offset);
}
ssize_t pread(int fd, void *data, size_t count, off_t offset) { return pread64(fd, data, count, offset); }
