/* What the parts of the shim share: the state of the pretended disk, the log, and how a step is counted. */
#pragma once
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTHING, KILL_BEFORE, KILL_HALFWAY, KILL_AFTER, FAIL, SHORT }; /* what happens at the chosen step */
enum { OPEN = 1, WRITE, LENGTH, SYNC, RENAME, UNLINK, MKDIR, CLOSE, MARK, LINK, RMDIR, READ, TOUCH, ROOM };

#define NO_LIMIT (-1)

extern long long room; /* bytes the pretended disk has left */

/* Whether a path, or a descriptor, leads into the folder. */
int inside(const char *path);
int is_ours(int fd);

/* Whether the disk, as told, is full at this moment. */
int is_full_now(void);

/* Write one call that took effect to the log. */
void note(int kind, int fd, long step, long long offset, long long length, long long flags, const char *first,
          const char *second, const void *data, size_t count);

/* Count a step; return what is to happen at it: FAIL with errno set, or nothing the caller needs to know of. */
int stepped(int kind, long *step);

/* Die where the step was to be done first. */
void finished(int now);

/* Take bytes from the pretended disk, or give them back; return whether there were as many. */
int take_room(long long bytes);

#define REAL(result, name, ...)       \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
