// What WebAssembly's threads have for waiting, by Linux' futex.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT(name)
#define WAIT(x, value) syscall(SYS_futex, x, FUTEX_WAIT_PRIVATE, value, 0, 0, 0)
#define NOTIFY(x) syscall(SYS_futex, x, FUTEX_WAKE_PRIVATE, 0x7fffffff, 0, 0, 0)
