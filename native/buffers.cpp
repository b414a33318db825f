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

// A tensor may be freed on any thread, but references may only be deleted on JavaScript's: they are queued here.
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

// fromArray(typedArray, shape, dtype) → a tensor that shares the array's memory
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

// toBytes(id) → ArrayBuffer that shares the tensor's memory (contiguous, on the CPU)
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
  // File that is mapped tensor by tensor; -1 for memory.
  int file = -1;
  ~Mapping() {
    if (data != nullptr) munmap(data, length);
    if (file >= 0) close(file);
  }
};

std::vector<std::shared_ptr<Mapping>>& mappings() {
  static auto* table = new std::vector<std::shared_ptr<Mapping>>();
  return *table;
}

std::shared_ptr<Mapping> openFile(const std::string& path) {
  auto mapping = std::make_shared<Mapping>();
  mapping->file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (mapping->file < 0) throw std::runtime_error("cannot open " + path + ": " + strerror(errno));
  struct stat status {};
  if (fstat(mapping->file, &status) != 0 || status.st_size <= 0) throw std::runtime_error("cannot map " + path);
  mapping->length = static_cast<size_t>(status.st_size);
  return mapping;
}

// Maps part of a file separately, so that a weight that is read once (to be quantised or cast) can be unmapped. Private
// and writable: training a weight in place copies its pages and leaves the file unchanged.
std::shared_ptr<Mapping> mapPart(const Mapping& whole, size_t from, size_t bytes) {
  auto part = std::make_shared<Mapping>();
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, whole.file, static_cast<off_t>(from));
  if (data == MAP_FAILED) throw std::runtime_error(std::string("cannot map a part of a file: ") + strerror(errno));
  part->data = data;
  part->length = bytes;
  return part;
}

// Linux allows about 65,000 mappings per process, so smaller tensors are read into memory instead.
constexpr size_t LEAST_MAPPED = size_t{64} << 10;

at::Tensor readPart(const Mapping& whole, size_t from, at::Tensor tensor) {
  auto* data = static_cast<uint8_t*>(tensor.data_ptr());
  for (size_t at = 0, bytes = tensor.nbytes(); at < bytes;) {
    const ssize_t found = pread(whole.file, data + at, bytes - at, static_cast<off_t>(from + at));
    if (found < 0 && errno == EINTR) continue;
    if (found <= 0) throw std::runtime_error("cannot read a part of a file: " + std::string(found < 0 ? strerror(errno) : "it has become shorter"));
    at += static_cast<size_t>(found);
  }
  return tensor;
}

// map(path) → mapping handle of a file
napi_value map(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  mappings().push_back(openFile(toString(env, arguments[0])));
  return fromDouble(env, static_cast<double>(mappings().size() - 1));
}

// allocate(bytes) → mapping handle of anonymous memory, in huge pages of 2 MiB if available
napi_value allocate(napi_env env, napi_callback_info info) {
  constexpr size_t page = size_t{2} << 20;
  Arguments<1> arguments(env, info);
  const auto bytes = (static_cast<size_t>(toDouble(env, arguments[0])) + page - 1) / page * page;
  // mmap does not align to huge pages: allocates one more and unmaps the excess.
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

// unmap(mapping): tensors in it stay valid
napi_value unmap(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  mappings().at(static_cast<size_t>(toDouble(env, arguments[0]))).reset();
  return undefined(env);
}

// fromMapping(mapping, offset, shape, dtype) → a tensor over its pages, which it keeps alive
napi_value fromMapping(napi_env env, napi_callback_info info) {
  Arguments<4> arguments(env, info);
  const std::shared_ptr<Mapping> mapping = mappings().at(static_cast<size_t>(toDouble(env, arguments[0])));
  if (mapping == nullptr) throw std::runtime_error("the mapping was closed");
  const auto offset = static_cast<size_t>(toInt(env, arguments[1]));
  const auto shape = toInts(env, arguments[2]);
  const auto dtype = static_cast<at::ScalarType>(toInt(env, arguments[3]));
  const size_t bytes = expectedBytes(shape, dtype);
  if (offset > mapping->length || bytes > mapping->length - offset) throw std::runtime_error("the tensor lies outside the file");
  const auto options = at::TensorOptions().dtype(dtype);
  if (bytes == 0) return fromTensor(env, at::empty(shape, options));
  if (mapping->file >= 0 && bytes < LEAST_MAPPED) return fromTensor(env, readPart(*mapping, offset, at::empty(shape, options)));
  const size_t before = mapping->file < 0 ? offset : offset % static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const auto owner = mapping->file < 0 ? mapping : mapPart(*mapping, offset - before, before + bytes);
  auto* data = static_cast<uint8_t*>(owner->data) + before;
  if (reinterpret_cast<uintptr_t>(data) % c10::elementSize(dtype) != 0) {
    at::Tensor copy = at::empty(shape, options);
    memcpy(copy.data_ptr(), data, bytes);
    return fromTensor(env, copy);
  }
  return fromTensor(env, at::from_blob(data, shape, [owner](void*) {}, options));
}

}  // namespace

void addBuffers(napi_env env, napi_value exports) {
  addExports(env, exports,
             {{"fromArray", entry<fromArray>}, {"toBytes", entry<toBytes>}, {"map", entry<map>}, {"unmap", entry<unmap>},
              {"fromMapping", entry<fromMapping>}, {"allocate", entry<allocate>}});
}

}  // namespace attune
