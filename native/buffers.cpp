// Memory shared with JavaScript and with files, without copies.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstring>
#include <memory>
#include <mutex>

#include "javascript.hpp"
#include "parts.hpp"

namespace attune {

namespace {

// A tensor may die on any thread, but a reference may be deleted on JavaScript's only: they wait here.
struct Graveyard {
  std::mutex mutex;
  std::vector<napi_ref> references;
};

Graveyard& graveyard() {
  static auto* instance = new Graveyard();
  return *instance;
}

void bury(napi_env env) {
  std::vector<napi_ref> dead;
  {
    const std::lock_guard<std::mutex> lock(graveyard().mutex);
    dead.swap(graveyard().references);
  }
  for (napi_ref reference : dead) napi_delete_reference(env, reference);
}

struct Bytes {
  uint8_t* data;
  size_t length;
};

Bytes bytesOf(napi_env env, napi_value array) {
  napi_typedarray_type type;
  size_t length, offset;
  napi_value buffer;
  void* data;
  check(env, napi_get_typedarray_info(env, array, &type, &length, &data, &buffer, &offset));
  static const size_t widths[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  return {static_cast<uint8_t*>(data), length * widths[type]};
}

size_t expectedBytes(const std::vector<int64_t>& shape, at::ScalarType dtype) {
  size_t count = 1;
  for (const int64_t size : shape) count *= static_cast<size_t>(size);
  return count * c10::elementSize(dtype);
}

// fromArray(typedArray, shape, dtype) → a tensor over the array's own memory
napi_value fromArray(napi_env env, napi_callback_info info) {
  Arguments<3> arguments(env, info);
  bury(env);
  const Bytes bytes = bytesOf(env, arguments[0]);
  const auto shape = toInts(env, arguments[1]);
  const auto dtype = static_cast<at::ScalarType>(toInt(env, arguments[2]));
  if (bytes.length != expectedBytes(shape, dtype)) throw std::runtime_error("the array's length does not fit the shape");
  if (bytes.length == 0) return fromTensor(env, at::empty(shape, dtype));
  napi_ref reference;
  check(env, napi_create_reference(env, arguments[0], 1, &reference));
  const auto done = [reference](void*) {
    const std::lock_guard<std::mutex> lock(graveyard().mutex);
    graveyard().references.push_back(reference);
  };
  return fromTensor(env, at::from_blob(bytes.data, shape, done, at::TensorOptions().dtype(dtype)));
}

// toBytes(id) → ArrayBuffer over the tensor's own memory (contiguous, on the CPU)
napi_value toBytes(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const at::Tensor& tensor = slots().get(toDouble(env, arguments[0]));
  if (!tensor.is_contiguous() || !tensor.device().is_cpu()) throw std::runtime_error("only a contiguous tensor on the CPU can be read in place");
  napi_value result;
  if (tensor.nbytes() == 0) {
    void* nothing;
    check(env, napi_create_arraybuffer(env, 0, &nothing, &result));
    return result;
  }
  auto* owner = new at::Tensor(tensor.detach());
  const auto drop = [](napi_env, void*, void* hint) { delete static_cast<at::Tensor*>(hint); };
  check(env, napi_create_external_arraybuffer(env, tensor.data_ptr(), tensor.nbytes(), drop, owner, &result));
  return result;
}

struct Mapping {
  void* data = nullptr;
  size_t length = 0;
  bool isFile = false;
  ~Mapping() {
    if (data != nullptr) munmap(data, length);
  }
};

std::vector<std::shared_ptr<Mapping>>& mappings() {
  static auto* table = new std::vector<std::shared_ptr<Mapping>>();
  return *table;
}

// Private and writable: a weight that is trained in place gets pages of its own, the file stays as it is.
std::shared_ptr<Mapping> mapFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw std::runtime_error("cannot open " + path + ": " + strerror(errno));
  struct stat status {};
  auto mapping = std::make_shared<Mapping>();
  if (fstat(file, &status) == 0 && status.st_size > 0) {
    void* data = mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file, 0);
    if (data != MAP_FAILED) {
      mapping->data = data;
      mapping->length = static_cast<size_t>(status.st_size);
      mapping->isFile = true;
    }
  }
  close(file);
  if (mapping->data == nullptr) throw std::runtime_error("cannot map " + path);
  return mapping;
}

// map(path) → mapping handle
napi_value map(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  mappings().push_back(mapFile(toString(env, arguments[0])));
  return fromDouble(env, static_cast<double>(mappings().size() - 1));
}

// allocate(bytes) → mapping handle of memory without a file, in pages of 2 MiB where the system has them
napi_value allocate(napi_env env, napi_callback_info info) {
  constexpr size_t page = size_t{2} << 20;
  Arguments<1> arguments(env, info);
  const auto bytes = (static_cast<size_t>(toDouble(env, arguments[0])) + page - 1) / page * page;
  // The system gives no address that is a multiple of a large page: what is too much is given back.
  void* all = mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) throw std::runtime_error(std::string("no memory for the weights: ") + strerror(errno));
  auto mapping = std::make_shared<Mapping>();
  const size_t before = (page - reinterpret_cast<uintptr_t>(all) % page) % page;
  mapping->data = static_cast<uint8_t*>(all) + before;
  mapping->length = bytes;
  if (before > 0) munmap(all, before);
  if (before < page) munmap(static_cast<uint8_t*>(mapping->data) + bytes, page - before);
#if defined(MADV_HUGEPAGE)
  madvise(mapping->data, bytes, MADV_HUGEPAGE);
#endif
  mappings().push_back(std::move(mapping));
  return fromDouble(env, static_cast<double>(mappings().size() - 1));
}

// unmap(mapping): tensors over it keep it alive
napi_value unmap(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  mappings().at(static_cast<size_t>(toDouble(env, arguments[0]))).reset();
  return undefined(env);
}

// fromMapping(mapping, offset, shape, dtype) → a tensor over its pages
napi_value fromMapping(napi_env env, napi_callback_info info) {
  Arguments<4> arguments(env, info);
  const std::shared_ptr<Mapping> mapping = mappings().at(static_cast<size_t>(toDouble(env, arguments[0])));
  if (mapping == nullptr) throw std::runtime_error("the mapping was closed");
  const auto offset = static_cast<size_t>(toInt(env, arguments[1]));
  const auto shape = toInts(env, arguments[2]);
  const auto dtype = static_cast<at::ScalarType>(toInt(env, arguments[3]));
  const size_t bytes = expectedBytes(shape, dtype);
  if (offset > mapping->length || bytes > mapping->length - offset) throw std::runtime_error("the tensor lies outside the file");
  auto* data = static_cast<uint8_t*>(mapping->data) + offset;
  const auto options = at::TensorOptions().dtype(dtype);
  if (bytes == 0) return fromTensor(env, at::empty(shape, options));
  if (reinterpret_cast<uintptr_t>(data) % c10::elementSize(dtype) != 0) {
    at::Tensor copy = at::empty(shape, options);
    memcpy(copy.data_ptr(), data, bytes);
    return fromTensor(env, copy);
  }
  return fromTensor(env, at::from_blob(data, shape, [mapping](void*) {}, options));
}

// leavePages(id): pages of a file under a tensor that nothing has changed go out of memory, and are read again when they are asked for.
// Only whole pages: what lies beside it may have changed. A tensor over other memory is left alone.
napi_value leavePages(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const at::Tensor& tensor = slots().get(toDouble(env, arguments[0]));
  const auto begin = reinterpret_cast<uintptr_t>(tensor.const_data_ptr()), end = begin + tensor.nbytes();
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (const auto& mapping : mappings()) {
    if (mapping == nullptr || !mapping->isFile || !tensor.is_contiguous()) continue;
    const auto start = reinterpret_cast<uintptr_t>(mapping->data);
    if (begin < start || end > start + mapping->length) continue;
    const uintptr_t first = (begin + page - 1) / page * page, last = end / page * page;
    if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
  return undefined(env);
}

}  // namespace

void addBuffers(napi_env env, napi_value exports) {
  addExports(env, exports,
             {{"fromArray", entry<fromArray>}, {"toBytes", entry<toBytes>}, {"map", entry<map>}, {"unmap", entry<unmap>},
              {"fromMapping", entry<fromMapping>}, {"leavePages", entry<leavePages>}, {"allocate", entry<allocate>}});
}

}  // namespace attune
