// The native build of the kernels as an addon of Node (Node-API). Its functions are those of the WebAssembly builds with the memory in front:
// addresses are offsets into that memory, as the planner writes them, and each list of operators is made one of pointers when it is first run.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../operator.h"

// As much of js_native_api.h as is used: the interface is stable, and Node has it in every version.
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value napi_callback(napi_env, napi_callback_info);
typedef void napi_finalize(napi_env, void *data, void *hint);
int napi_get_cb_info(napi_env, napi_callback_info, size_t *count, napi_value *arguments, napi_value *self, void **data);
int napi_get_value_int32(napi_env, napi_value, int32_t *);
int napi_get_value_double(napi_env, napi_value, double *);
int napi_get_value_string_utf8(napi_env, napi_value, char *, size_t size, size_t *length);
int napi_get_arraybuffer_info(napi_env, napi_value, void **data, size_t *length);
int napi_create_external_arraybuffer(napi_env, void *data, size_t length, napi_finalize *, void *hint, napi_value *);
int napi_create_function(napi_env, const char *name, size_t length, napi_callback *, void *data, napi_value *);
int napi_set_named_property(napi_env, napi_value object, const char *name, napi_value);
int napi_throw_error(napi_env, const char *code, const char *message);

typedef struct Control Control;
void run(Control *control, Operator *operators, int count);
void use_threads(Control *control, int threads);
void help(Control *control, Operator *operators, int count, int thread);
void begin(Control *control);
void stop(Control *control);
void prepare_direct(const float *in, float *out, int oc, int ic, int taps);
void prepare_int8(const int8_t *in, int8_t *out, int oc, int ic, int taps);
void prepare_winograd4(const float *in, float *out, int oc, int ic);
void prepare_winograd2(const float *in, float *out, int oc, int ic);
void prepare_conv1(const float *in, float *out, int oc);

#define MOST_HELPERS 15
// In front of the fields of an operator as the planner writes it, and of the whole; 32-bit numbers.
#define FIRST_FIELD 16
#define OPERATOR_WORDS 64

// A list of operators whose addresses are pointers, and the threads that help with it.
typedef struct List {
  struct List *next;
  char *base;
  int32_t at, count;
  Operator *operators;
  Control *control;
  int helpers;
  pthread_t threads[MOST_HELPERS];
} List;

static List *lists;

static void convert(char *base, const int32_t *from, Operator *p) {
#define NUMBER(name) p->name = *from++;
#define FLOAT(name) memcpy(&p->name, from++, sizeof(float));
#define POINTER(name) p->name = *from ? (void *)(base + (uint32_t)*from) : 0, from++;
  from += FIRST_FIELD;
#include "fields.h"
}

static List *list_of(char *base, int32_t control, int32_t at, int32_t count) {
  for (List *list = lists; list; list = list->next) {
    if (list->base == base && list->at == at) return list;
  }
  List *list = calloc(1, sizeof(List));
  Operator *operators = aligned_alloc(64, sizeof(Operator) * (size_t)count);
  if (!list || !operators) abort();
  memset(operators, 0, sizeof(Operator) * (size_t)count);
  for (int i = 0; i < count; i++) convert(base, (const int32_t *)(base + (uint32_t)at) + i * OPERATOR_WORDS, operators + i);
  *list = (List){.next = lists, .base = base, .at = at, .count = count, .operators = operators, .control = (Control *)(base + (uint32_t)control)};
  begin(list->control);
  return lists = list;
}

typedef struct {
  List *list;
  int thread;
} Helper;

static void *helping(void *given) {
  const Helper helper = *(Helper *)given;
  free(given);
  help(helper.list->control, helper.list->operators, helper.list->count, helper.thread);
  return 0;
}

// Ends what runs in a memory.
static void end(char *base) {
  for (List **at = &lists; *at;) {
    List *list = *at;
    if (list->base != base) {
      at = &list->next;
      continue;
    }
    if (list->helpers) stop(list->control);
    for (int i = 0; i < list->helpers; i++) pthread_join(list->threads[i], 0);
    *at = list->next;
    free(list->operators);
    free(list);
  }
}

// Of a call: the memory, then numbers.
static char *arguments(napi_env env, napi_callback_info info, int32_t *numbers, size_t count) {
  napi_value values[6];
  size_t given = count + 1, length;
  void *base = 0;
  napi_get_cb_info(env, info, &given, values, 0, 0);
  napi_get_arraybuffer_info(env, values[0], &base, &length);
  for (size_t i = 0; i < count; i++) napi_get_value_int32(env, values[i + 1], &numbers[i]);
  return base;
}

static napi_value js_run(napi_env env, napi_callback_info info) {
  int32_t n[3];
  char *base = arguments(env, info, n, 3);
  List *list = list_of(base, n[0], n[1], n[2]);
  run(list->control, list->operators, list->count);
  return 0;
}

static napi_value js_use_threads(napi_env env, napi_callback_info info) {
  int32_t n[2];
  char *base = arguments(env, info, n, 2);
  use_threads((Control *)(base + (uint32_t)n[0]), n[1]);
  return 0;
}

// Starts one more thread that helps with a list: the first is 1, each other one follows the last. Two of a number would have the same memory.
static napi_value js_help(napi_env env, napi_callback_info info) {
  int32_t n[4];
  char *base = arguments(env, info, n, 4);
  List *list = list_of(base, n[0], n[1], n[2]);
  Helper *helper = malloc(sizeof(Helper));
  if (!helper) abort();
  *helper = (Helper){list, n[3]};
  if (n[3] != list->helpers + 1 || list->helpers == MOST_HELPERS || pthread_create(&list->threads[list->helpers], 0, helping, helper)) {
    free(helper);
    napi_throw_error(env, 0, "A thread could not be started.");
    return 0;
  }
  list->helpers++;
  return 0;
}

#define PREPARE(name, type, ...) \
  static napi_value js_##name(napi_env env, napi_callback_info info) { \
    int32_t n[5]; \
    char *base = arguments(env, info, n, 5); \
    name((const type *)(base + (uint32_t)n[0]), (type *)(base + (uint32_t)n[1]), __VA_ARGS__); \
    return 0; \
  }
PREPARE(prepare_direct, float, n[2], n[3], n[4])
PREPARE(prepare_int8, int8_t, n[2], n[3], n[4])
PREPARE(prepare_winograd4, float, n[2], n[3])
PREPARE(prepare_winograd2, float, n[2], n[3])
PREPARE(prepare_conv1, float, n[2])

static napi_value js_end(napi_env env, napi_callback_info info) {
  end(arguments(env, info, 0, 0));
  return 0;
}

static void release(napi_env env, void *data, void *length) {
  end(data);
  munmap(data, (size_t)length);
}

// Memory of so many bytes, all zeros, or a file's, whose pages are shared by all that only read them: what is written stays in this process.
// The file has no holes: one on a full disk would end the process that touches it.
static napi_value js_memory(napi_env env, napi_callback_info info) {
  napi_value values[2], result = 0;
  size_t given = 2, length;
  double bytes;
  char path[4096];
  napi_get_cb_info(env, info, &given, values, 0, 0);
  napi_get_value_double(env, values[0], &bytes);
  length = (size_t)bytes;
  int file = -1;
  if (given > 1 && napi_get_value_string_utf8(env, values[1], path, sizeof path, 0) == 0) {
    struct stat status;
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) || (size_t)status.st_size != length) {
      if (file >= 0) close(file);
      napi_throw_error(env, 0, "The file of prepared weights is not there, or of another size.");
      return 0;
    }
  }
  void *at = mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | (file < 0 ? MAP_ANONYMOUS : 0), file, 0);
  if (file >= 0) close(file);
  if (at == MAP_FAILED || napi_create_external_arraybuffer(env, at, length, release, (void *)length, &result)) {
    napi_throw_error(env, 0, "There is no memory for the network.");
    return 0;
  }
  return result;
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  static const struct {
    const char *name;
    napi_callback *call;
  } functions[] = {
    {"memory", js_memory}, {"end", js_end}, {"run", js_run}, {"help", js_help}, {"use_threads", js_use_threads}, {"prepare_direct", js_prepare_direct},
    {"prepare_int8", js_prepare_int8}, {"prepare_winograd4", js_prepare_winograd4}, {"prepare_winograd2", js_prepare_winograd2}, {"prepare_conv1", js_prepare_conv1},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, (size_t)-1, functions[i].call, 0, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
