/* The calls of the shim that make things durable, change lengths and names, or ask how much room there is. */
#include "shim.h"

#include <sys/statvfs.h>
#include <time.h>

static int synced(int (*real)(int), int fd) {
  if (!is_ours(fd)) return real(fd);
  long step;
  int now = stepped(SYNC, &step);
  if (now == FAIL) return -1;
  int done = real(fd);
  if (done == 0) note(SYNC, fd, step, 0, 0, 0, NULL, NULL, NULL, 0);
  finished(now);
  return done;
}
int fsync(int fd) {
  REAL(int, "fsync", int);
  return synced(real, fd);
}
int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  return synced(real, fd);
}

/* lengths */

int ftruncate64(int fd, off_t length) {
  REAL(int, "ftruncate64", int, off_t);
  if (!is_ours(fd)) return real(fd, length);
  long step;
  int now = stepped(LENGTH, &step);
  if (now == FAIL) return -1;
  int done = real(fd, length);
  if (done == 0) note(LENGTH, fd, step, length, 0, 0, NULL, NULL, NULL, 0);
  finished(now);
  return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* Return an error number, as posix_fallocate does. */
static int set_aside(int fd, off_t offset, off_t length) {
  REAL(int, "posix_fallocate64", int, off_t, off_t);
  if (!is_ours(fd)) return real(fd, offset, length);
  long step;
  struct stat there;
  int now = stepped(ROOM, &step);
  if (now == FAIL) return errno;
  if (fstat(fd, &there) == 0 && offset + length > there.st_size) {
    if (!take_room(offset + length - there.st_size)) return ENOSPC;
    note(LENGTH, fd, step, offset + length, 0, 0, NULL, NULL, NULL, 0);
  }
  int failed = real(fd, offset, length);
  finished(now);
  return failed;
}
int posix_fallocate(int fd, off_t offset, off_t length) { return set_aside(fd, offset, length); }
int posix_fallocate64(int fd, off_t offset, off_t length) { return set_aside(fd, offset, length); }
int fallocate64(int fd, int mode, off_t offset, off_t length) {
  REAL(int, "fallocate64", int, int, off_t, off_t);
  if (!is_ours(fd)) return real(fd, mode, offset, length);
  int failed = mode ? EOPNOTSUPP : set_aside(fd, offset, length); /* holes are not played back, so none are made */
  errno = failed ? failed : errno;
  return failed ? -1 : 0;
}
int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }

/* names */

typedef int (*act_on_names)(const char *first, const char *second, int number);

static int renamed(const char *from, const char *to, int number) {
  REAL(int, "rename", const char *, const char *);
  return real(from, to);
}
static int linked(const char *from, const char *to, int number) {
  REAL(int, "link", const char *, const char *);
  return real(from, to);
}
static int unlinked(const char *path, const char *none, int number) {
  REAL(int, "unlink", const char *);
  struct stat there;
  long long gives = room != NO_LIMIT && stat(path, &there) == 0 ? there.st_size : 0;
  int done = real(path);
  if (done == 0 && gives) room += gives;
  return done;
}
static int folder_removed(const char *path, const char *none, int number) {
  REAL(int, "rmdir", const char *);
  return real(path);
}
static int folder_made(const char *path, const char *none, int mode) {
  REAL(int, "mkdir", const char *, mode_t);
  return real(path, (mode_t)mode);
}

static int changed(int kind, act_on_names act, const char *first, const char *second, int number) {
  if (!inside(first) && !inside(second)) return act(first, second, number);
  long step;
  int now = stepped(kind, &step);
  if (now == FAIL) return -1;
  int done = act(first, second, number);
  if (done == 0) note(kind, -1, step, 0, 0, 0, first, second, NULL, 0);
  finished(now);
  return done;
}

int rename(const char *from, const char *to) { return changed(RENAME, renamed, from, to, 0); }
int link(const char *from, const char *to) { return changed(LINK, linked, from, to, 0); }
int unlink(const char *path) { return changed(UNLINK, unlinked, path, NULL, 0); }
int rmdir(const char *path) { return changed(RMDIR, folder_removed, path, NULL, 0); }
int mkdir(const char *path, mode_t mode) { return changed(MKDIR, folder_made, path, NULL, (int)mode); }

/* Relative names under a descriptor of the folder would pass the log by: the program under test uses none. */
static int by_name(int at, const char *path) {
  if (path[0] == '/') return 1;
  if (is_ours(at)) {
    errno = ENOSYS;
    return -1;
  }
  return 0;
}
int renameat2(int at, const char *from, int to_at, const char *to, unsigned flags) {
  REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
  int known = by_name(at, from);
  if (known < 0) return -1;
  return known && inside(from) ? rename(from, to) : real(at, from, to_at, to, flags);
}
int renameat(int at, const char *from, int to_at, const char *to) { return renameat2(at, from, to_at, to, 0); }
int unlinkat(int at, const char *path, int flags) {
  REAL(int, "unlinkat", int, const char *, int);
  int known = by_name(at, path);
  if (known < 0) return -1;
  if (!known || !inside(path)) return real(at, path, flags);
  return flags & AT_REMOVEDIR ? rmdir(path) : unlink(path);
}
int mkdirat(int at, const char *path, mode_t mode) {
  REAL(int, "mkdirat", int, const char *, mode_t);
  int known = by_name(at, path);
  if (known < 0) return -1;
  return known && inside(path) ? mkdir(path, mode) : real(at, path, mode);
}

/* rights: nothing is played back, but a disk that cannot be written refuses them */

int chmod(const char *path, mode_t mode) {
  REAL(int, "chmod", const char *, mode_t);
  long step;
  if (inside(path) && stepped(TOUCH, &step) == FAIL) return -1;
  return real(path, mode);
}
int fchmod(int fd, mode_t mode) {
  REAL(int, "fchmod", int, mode_t);
  long step;
  if (is_ours(fd) && stepped(TOUCH, &step) == FAIL) return -1;
  return real(fd, mode);
}

/* room */

int statvfs64(const char *path, struct statvfs64 *told) {
  REAL(int, "statvfs64", const char *, struct statvfs64 *);
  int done = real(path, told);
  if (done == 0 && inside(path)) {
    if (room != NO_LIMIT) told->f_bavail = told->f_bfree = (__fsblkcnt64_t)(room / (long long)told->f_frsize);
    if (is_full_now()) told->f_bavail = told->f_bfree = 0;
  }
  return done;
}
int statvfs(const char *path, struct statvfs *told) { return statvfs64(path, (struct statvfs64 *)told); }

/* time: a machine whose clock was set wrong */

static long ahead;

void shim_clock(long seconds) { ahead = seconds; }

int clock_gettime(clockid_t clock, struct timespec *told) {
  REAL(int, "clock_gettime", clockid_t, struct timespec *);
  int done = real(clock, told);
  if (done == 0 && clock == CLOCK_REALTIME) told->tv_sec += ahead;
  return done;
}
