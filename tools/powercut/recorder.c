/* Records, in their true order, all changes that a process makes to files and directories.
 *
 * Loaded with LD_PRELOAD. POWERCUT_TRACE names the trace, which conformance/powercut.py reads to
 * rebuild what a power cut at any moment could have left on the disk.
 *
 * Interposing libc's functions would miss whoever makes system calls by itself (rustix does). So a
 * seccomp filter turns every system call that changes files into a SIGSYS on the calling thread,
 * and the handler makes the call and records it. The filter lets through the one instruction by
 * which this file makes its own calls. Threads inherit it, so nothing can pass by.
 *
 * What must hold:
 * - Calls on regular files and directories are made and recorded one at a time, under one lock: the
 *   order of records is the order of changes, and an fsync covers what was recorded before it.
 * - Files are known by device and inode, never by descriptor; what made one is recorded, so that a
 *   number which is used again names another file.
 * - Syncs are recorded and not made. This proves nothing about the disk of the machine it runs on.
 * - A way of changing files that the trace cannot express is refused so that callers fall back
 *   (copy_file_range), or ends the process with a message: a trace is complete or there is none.
 *
 * The handler runs where the system call stood: it touches neither errno nor any lock of libc, and
 * all signals wait until it is done.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#if !defined(__linux__) || !defined(__x86_64__)
#error "the recorder reads the registers of Linux on x86-64"
#endif

/* ---- the one instruction that the filter lets through ---- */

extern const char powercut_after_syscall[];
long powercut_syscall(long number, long a, long b, long c, long d, long e, long f);
__asm__(".text\n"
        ".globl powercut_syscall\n"
        ".hidden powercut_syscall\n"
        ".globl powercut_after_syscall\n"
        ".hidden powercut_after_syscall\n"
        ".type powercut_syscall, @function\n"
        "powercut_syscall:\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    mov %rdx, %rsi\n"
        "    mov %rcx, %rdx\n"
        "    mov %r8, %r10\n"
        "    mov %r9, %r8\n"
        "    mov 8(%rsp), %r9\n"
        "    syscall\n"
        "powercut_after_syscall:\n"
        "    ret\n"
        ".size powercut_syscall, .-powercut_syscall\n");

static long call(long number, const long args[6]) {
    return powercut_syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

#define CALL(number, a, b, c, d) \
    powercut_syscall(number, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

/* ---- the trace ---- */

/* Numbers of operations; powercut.py has the same. */
enum operation {
    OP_CREATE = 1, /* path, value: mode. The file was made by this call */
    OP_WRITE,      /* value: offset; data */
    OP_TRUNCATE,   /* value: length */
    OP_EXTEND,     /* value: least length (fallocate) */
    OP_MKDIR,      /* path, value: mode */
    OP_RMDIR,      /* path */
    OP_UNLINK,     /* path */
    OP_RENAME,     /* path, second path */
    OP_LINK,       /* path, second path */
    OP_SYNC,       /* fsync or fdatasync of a file or directory */
};

/* Head of a record; the two paths and the data follow. Little-endian, without padding. */
struct head {
    uint32_t operation;
    uint32_t path_size;
    uint32_t second_path_size;
    uint32_t data_size;
    uint64_t started_ns; /* CLOCK_MONOTONIC before the call */
    uint64_t ended_ns;   /* and after it */
    uint64_t device;
    uint64_t inode;
    int64_t value;
};

static int trace = -1;

static void die(const char *why, long detail) {
    char text[400];
    int size = snprintf(text, sizeof text, "powercut recorder: %s (%ld)\n", why, detail);
    CALL(SYS_write, 2, text, size, 0);
    CALL(SYS_exit_group, 125, 0, 0, 0);
}

static uint64_t now_ns(void) {
    struct timespec now;
    CALL(SYS_clock_gettime, CLOCK_MONOTONIC, &now, 0, 0);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A lock that sleeps; libc's would not do within a handler. */
static int locked;

static void lock(void) {
    while (__atomic_exchange_n(&locked, 1, __ATOMIC_ACQUIRE)) {
        struct timespec pause = {0, 20000};
        CALL(SYS_nanosleep, &pause, 0, 0, 0);
    }
}

static void unlock(void) { __atomic_store_n(&locked, 0, __ATOMIC_RELEASE); }

static void record(struct head *head, const char *path, const char *second,
                   const struct iovec *data, int data_count) {
    struct iovec parts[3 + 1024];
    if (data_count > 1024) die("a vectored write with too many parts", data_count);
    head->path_size = path ? strlen(path) : 0;
    head->second_path_size = second ? strlen(second) : 0;
    parts[0] = (struct iovec){head, sizeof *head};
    parts[1] = (struct iovec){(void *)path, head->path_size};
    parts[2] = (struct iovec){(void *)second, head->second_path_size};
    size_t left = head->data_size, total = sizeof *head + head->path_size + head->second_path_size;
    total += left;
    int count = 3;
    for (int i = 0; i < data_count && left > 0; i++) {
        size_t size = data[i].iov_len < left ? data[i].iov_len : left;
        parts[count++] = (struct iovec){data[i].iov_base, size};
        left -= size;
    }
    long written = CALL(SYS_writev, trace, parts, count, 0);
    if (written != (long)total) die("cannot write the trace", written);
}

/* ---- what a call is about ---- */

#define PATH_SIZE 8192
/* Used under the lock. */
static char paths[2][PATH_SIZE];
static char directory[PATH_SIZE];

/* The absolute path that a directory descriptor and a path name. */
static const char *absolute(int which, long at, const char *path) {
    if (path[0] == '/') return path;
    long size;
    if ((int)at == AT_FDCWD) {
        size = CALL(SYS_getcwd, directory, PATH_SIZE, 0, 0) - 1;
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", (int)at);
        size = CALL(SYS_readlink, link, directory, PATH_SIZE, 0);
    }
    if (size <= 0 || size + strlen(path) + 2 > PATH_SIZE) die("cannot resolve a path", size);
    snprintf(paths[which], PATH_SIZE, "%.*s/%s", (int)size, directory, path);
    return paths[which];
}

static int stat_of(long descriptor, struct stat *found) {
    return CALL(SYS_fstat, descriptor, found, 0, 0) == 0;
}

static int stat_at(long at, const char *path, struct stat *found) {
    return CALL(SYS_newfstatat, at, path, found, AT_SYMLINK_NOFOLLOW) == 0;
}

static void identify(struct head *head, const struct stat *file) {
    head->device = file->st_dev;
    head->inode = file->st_ino;
}

/* ---- the calls ---- */

static long on_open(long number, const long args[6]) {
    long at = AT_FDCWD, flags;
    const char *path;
    if (number == SYS_openat) {
        at = args[0], path = (const char *)args[1], flags = args[2];
    } else if (number == SYS_open) {
        path = (const char *)args[0], flags = args[1];
    } else {
        path = (const char *)args[0], flags = O_CREAT | O_WRONLY | O_TRUNC;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE) return -EOPNOTSUPP;
    struct stat before, opened;
    struct head head = {.started_ns = now_ns()};
    int existed = stat_at(at, path, &before);
    if (existed && S_ISLNK(before.st_mode)) die("an open through a symbolic link", 0);
    long descriptor = call(number, args);
    if (descriptor < 0 || !stat_of(descriptor, &opened) || !S_ISREG(opened.st_mode))
        return descriptor;
    if (flags & O_DSYNC) die("a file opened with O_SYNC or O_DSYNC", descriptor);
    identify(&head, &opened);
    head.ended_ns = now_ns();
    if (!existed) {
        head.operation = OP_CREATE;
        head.value = opened.st_mode & 07777;
        record(&head, absolute(0, at, path), 0, 0, 0);
    } else if (flags & O_TRUNC) {
        head.operation = OP_TRUNCATE;
        record(&head, 0, 0, 0, 0);
    }
    return descriptor;
}

static long on_write(long number, const long args[6], const struct stat *file) {
    struct iovec one = {(void *)args[1], (size_t)args[2]};
    const struct iovec *data = &one;
    int count = 1;
    if (number == SYS_writev || number == SYS_pwritev) {
        data = (const struct iovec *)args[1];
        count = (int)args[2];
    }
    struct head head = {.operation = OP_WRITE, .started_ns = now_ns()};
    long written = call(number, args);
    head.ended_ns = now_ns();
    if (written <= 0) return written;
    identify(&head, file);
    head.data_size = written;
    if (number == SYS_pwrite64 || number == SYS_pwritev) {
        head.value = args[3];
        /* Linux appends, whatever the offset, if the file was opened so. */
        if (CALL(SYS_fcntl, args[0], F_GETFL, 0, 0) & O_APPEND) die("pwrite with O_APPEND", 0);
    } else {
        head.value = CALL(SYS_lseek, args[0], 0, SEEK_CUR, 0) - written;
    }
    record(&head, 0, 0, data, count);
    return written;
}

static long on_resize(long number, const long args[6], const struct stat *file) {
    struct head head = {.operation = OP_TRUNCATE, .value = args[1], .started_ns = now_ns()};
    if (number == SYS_fallocate) {
        if (args[1] & ~FALLOC_FL_KEEP_SIZE) die("fallocate in an unknown mode", args[1]);
        head.operation = OP_EXTEND;
        head.value = args[2] + args[3];
    }
    long result = call(number, args);
    head.ended_ns = now_ns();
    if (result < 0 || (number == SYS_fallocate && args[1])) return result;
    identify(&head, file);
    record(&head, 0, 0, 0, 0);
    return result;
}

/* What is durable is for the replay to say, so the disk is spared: a load is many times faster. */
static long on_sync(const struct stat *file) {
    struct head head = {.operation = OP_SYNC, .started_ns = now_ns()};
    head.ended_ns = now_ns();
    identify(&head, file);
    record(&head, 0, 0, 0, 0);
    return 0;
}

/* A change of directories: one path or two, each relative to a directory descriptor. */
struct names {
    enum operation operation;
    long at, second_at;
    const char *path, *second;
};

static long on_names(long number, const long args[6], struct names names) {
    struct head head = {.operation = names.operation, .started_ns = now_ns()};
    struct stat before, made, replaced;
    int known = stat_at(names.at, names.path, &before);
    int replaces = names.second && stat_at(names.second_at, names.second, &replaced);
    long result = call(number, args);
    head.ended_ns = now_ns();
    if (result < 0) return result;
    if (names.operation == OP_MKDIR) {
        known = stat_at(names.at, names.path, &made);
        before = made;
        head.value = made.st_mode & 07777;
    }
    if (!known) die("a name that is not there was changed", number);
    /* A rename onto another name of the same file does nothing. */
    if (names.operation == OP_RENAME && replaces && replaced.st_ino == before.st_ino &&
        replaced.st_dev == before.st_dev)
        return result;
    identify(&head, &before);
    const char *second = names.second ? absolute(1, names.second_at, names.second) : 0;
    record(&head, absolute(0, names.at, names.path), second, 0, 0);
    return result;
}

static int names_of(long number, const long args[6], struct names *names) {
    const char *first = (const char *)args[0], *second = (const char *)args[1];
    const char *third = (const char *)args[3];
    long here = AT_FDCWD;
    switch (number) {
    case SYS_mkdir: *names = (struct names){OP_MKDIR, here, 0, first, 0}; return 1;
    case SYS_mkdirat: *names = (struct names){OP_MKDIR, args[0], 0, second, 0}; return 1;
    case SYS_rmdir: *names = (struct names){OP_RMDIR, here, 0, first, 0}; return 1;
    case SYS_unlink: *names = (struct names){OP_UNLINK, here, 0, first, 0}; return 1;
    case SYS_unlinkat:
        *names = (struct names){args[2] & AT_REMOVEDIR ? OP_RMDIR : OP_UNLINK, args[0], 0, second, 0};
        return 1;
    case SYS_rename: *names = (struct names){OP_RENAME, here, here, first, second}; return 1;
    case SYS_renameat2:
        if (args[4] & ~RENAME_NOREPLACE) die("renameat2 with unknown flags", args[4]);
        /* fall through */
    case SYS_renameat:
        *names = (struct names){OP_RENAME, args[0], args[2], second, third};
        return 1;
    case SYS_link: *names = (struct names){OP_LINK, here, here, first, second}; return 1;
    case SYS_linkat:
        if (args[4]) die("linkat with flags", args[4]);
        *names = (struct names){OP_LINK, args[0], args[2], second, third};
        return 1;
    }
    return 0;
}

/* Makes a call on a descriptor; what is neither file nor directory is none of ours. */
static long on_descriptor(long number, const long args[6]) {
    struct stat file;
    int known = stat_of(args[0], &file);
    if (!known || !(S_ISREG(file.st_mode) || S_ISDIR(file.st_mode))) return call(number, args);
    lock();
    long result;
    if (number == SYS_fsync || number == SYS_fdatasync)
        result = on_sync(&file);
    else if (number == SYS_ftruncate || number == SYS_fallocate)
        result = on_resize(number, args, &file);
    else
        result = on_write(number, args, &file);
    unlock();
    return result;
}

static long handle(long number, const long args[6]) {
    switch (number) {
    case SYS_write: case SYS_writev: case SYS_pwrite64: case SYS_pwritev:
    case SYS_ftruncate: case SYS_fallocate: case SYS_fsync: case SYS_fdatasync:
        return on_descriptor(number, args);
    case SYS_mmap: {
        struct stat file;
        if (stat_of(args[4], &file) && S_ISREG(file.st_mode)) die("a shared writable mapping", 0);
        return call(number, args);
    }
    /* Callers of these have another way. */
    case SYS_copy_file_range: case SYS_io_uring_setup: case SYS_openat2:
        return -ENOSYS;
    case SYS_sendfile: case SYS_splice:
        return -EINVAL;
    }
    long result;
    struct names names;
    lock();
    if (number == SYS_open || number == SYS_openat || number == SYS_creat)
        result = on_open(number, args);
    else if (names_of(number, args, &names))
        result = on_names(number, args, names);
    else
        die("an unsupported system call", number), result = -ENOSYS;
    unlock();
    return result;
}

static void on_trap(int signal, siginfo_t *info, void *context) {
    (void)signal;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const long args[6] = {registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                          registers[REG_R10], registers[REG_R8],  registers[REG_R9]};
    registers[REG_RAX] = handle(info->si_syscall, args);
}

/* ---- the filter ---- */

static struct sock_filter program[256];
static int length;

static int emit(uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false) {
    program[length] = (struct sock_filter){code, if_true, if_false, value};
    return length++;
}

static void load(size_t offset) { emit(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }

static void trap_if_number(long number) {
    emit(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    emit(BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
}

/* Traps the call if an argument has any, or (all) every one, of these bits. */
static void trap_if_bits(long number, int argument, uint32_t bits) {
    size_t offset = offsetof(struct seccomp_data, args) + 8 * argument;
    emit(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
    load(offset);
    emit(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    emit(BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
    load(offsetof(struct seccomp_data, nr));
}

static void trap_shared_writable_mappings(void) {
    emit(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 6);
    load(offsetof(struct seccomp_data, args) + 8 * 2);
    emit(BPF_JMP | BPF_JSET | BPF_K, PROT_WRITE, 0, 3);
    load(offsetof(struct seccomp_data, args) + 8 * 3);
    emit(BPF_JMP | BPF_JSET | BPF_K, MAP_SHARED, 0, 1);
    emit(BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
    load(offsetof(struct seccomp_data, nr));
}

static void install_filter(void) {
    uint64_t let_through = (uint64_t)powercut_after_syscall;
    load(offsetof(struct seccomp_data, arch));
    emit(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    load(offsetof(struct seccomp_data, instruction_pointer));
    emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)let_through, 0, 3);
    load(offsetof(struct seccomp_data, instruction_pointer) + 4);
    emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(let_through >> 32), 0, 1);
    emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    load(offsetof(struct seccomp_data, nr));
    static const long numbers[] = {
        SYS_write, SYS_writev, SYS_pwrite64, SYS_pwritev, SYS_pwritev2, SYS_ftruncate,
        SYS_truncate, SYS_fallocate, SYS_fsync, SYS_fdatasync, SYS_sync, SYS_syncfs,
        SYS_creat, SYS_openat2, SYS_mkdir, SYS_mkdirat, SYS_rmdir, SYS_unlink, SYS_unlinkat,
        SYS_rename, SYS_renameat, SYS_renameat2, SYS_link, SYS_linkat, SYS_symlink, SYS_symlinkat,
        SYS_mknod, SYS_mknodat, SYS_chmod, SYS_fchmod, SYS_fchmodat, SYS_copy_file_range,
        SYS_sendfile, SYS_splice, SYS_io_uring_setup, SYS_io_submit,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) trap_if_number(numbers[i]);
    trap_if_bits(SYS_open, 1, O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY) | O_DSYNC);
    trap_if_bits(SYS_openat, 2, O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY) | O_DSYNC);
    trap_shared_writable_mappings();
    emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    struct sock_fprog whole = {.len = length, .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("no PR_SET_NO_NEW_PRIVS", errno);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole, 0, 0) != 0)
        die("this kernel takes no seccomp filter", errno);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("POWERCUT_TRACE");
    if (!path) return;
    int low = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    /* Out of the way of descriptors that the process counts on. */
    trace = fcntl(low, F_DUPFD_CLOEXEC, 500);
    if (trace < 0) die("cannot open POWERCUT_TRACE", errno);
    close(low);
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    sigfillset(&action.sa_mask);
    if (sigaction(SIGSYS, &action, 0) != 0) die("no handler for SIGSYS", errno);
    install_filter();
}
