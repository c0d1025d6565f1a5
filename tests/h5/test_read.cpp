// Reading other people's HDF5 files: every type that SONATA uses, and everything that must be refused without a crash.
#include <doctest/doctest.h>

#include <hdf5.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <limits>
#include <random>

#include "h5/read.hpp"
#include "h5/write.hpp"
#include "stimgen/diagnostic.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

h5::ReadFile open_file(const std::filesystem::path& path) {
  return {path, "a test file"};
}

// A dataset of values given in memory type `memory`, stored as `stored`.
template <typename T>
void put(hid_t file, const char* name, hid_t stored, hid_t memory, const std::vector<T>& values,
         std::vector<hsize_t> dims = {}, hid_t creation = H5P_DEFAULT) {
  if (dims.empty()) dims = {values.size()};
  const hid_t space = checked(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), "space");
  const hid_t dataset = checked(H5Dcreate2(file, name, stored, space, H5P_DEFAULT, creation, H5P_DEFAULT), name);
  if (!values.empty()) checked(H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), name);
  H5Dclose(dataset);
  H5Sclose(space);
}

void put_variable_strings(hid_t file, const char* name, const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  put(file, name, type, type, pointers);
  H5Tclose(type);
}

template <typename Work>
std::string refusal(Work work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

TEST_SUITE("h5") {
  TEST_CASE("numbers of every width come as the type asked for, or not at all") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    make_hdf5(path, [](hid_t file) {
      put<std::int64_t>(file, "i2be", H5T_STD_I16BE, H5T_NATIVE_INT64, {-5, 0, 7});
      put<std::uint64_t>(file, "u8", H5T_STD_U64LE, H5T_NATIVE_UINT64, {1, kMost});
      put<double>(file, "f4", H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, {0.5, -2});
      put<double>(file, "positions", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {1, 2, 3, 4, 5, 6}, {2, 3});
      put<std::int64_t>(file, "empty", H5T_STD_I64LE, H5T_NATIVE_INT64, {}, {0});
      put<std::int64_t>(file, "big", H5T_STD_I64LE, H5T_NATIVE_INT64, {(std::int64_t{1} << 53) + 1});
      put<std::int64_t>(file, "cube", H5T_STD_I64LE, H5T_NATIVE_INT64, {1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2});
      const hid_t boolean = H5Tenum_create(H5T_STD_I8LE);
      std::int8_t value = 0;
      H5Tenum_insert(boolean, "FALSE", &value);
      value = 1;
      H5Tenum_insert(boolean, "TRUE", &value);
      put<std::int8_t>(file, "bool", boolean, boolean, {1, 0, 1});
      H5Tclose(boolean);
      const hid_t space = H5Screate(H5S_SCALAR);
      const hid_t scalar = H5Dcreate2(file, "scalar", H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      const std::uint8_t nine = 9;
      H5Dwrite(scalar, H5T_STD_U8LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &nine);
      H5Dclose(scalar);
      H5Sclose(space);
    });
    const auto file = open_file(path);
    const auto small = file.open_dataset("/i2be");
    CHECK(small.info().type == h5::TypeClass::integer);
    CHECK(small.info().is_signed);
    CHECK(small.info().element_bytes == 2);
    CHECK(small.info().dims == std::vector<std::uint64_t>{3});
    CHECK(small.read_int64() == std::vector<std::int64_t>{-5, 0, 7});
    CHECK(small.read_double() == std::vector<double>{-5, 0, 7});
    CHECK(small.read_uint64(1, 2) == std::vector<std::uint64_t>{0, 7});
    CHECK(contains(refusal([&] { small.read_uint64(); }), "-5; expected integers of at least 0"));
    CHECK_THROWS_AS(small.read_int64(2, 2), std::logic_error);
    CHECK_THROWS_AS(small.read_int64(1, kMost), std::logic_error);
    const auto wide = file.open_dataset("/u8");
    CHECK(wide.read_uint64() == std::vector<std::uint64_t>{1, kMost});
    CHECK(contains(refusal([&] { wide.read_int64(); }), "18446744073709551615"));
    CHECK_FALSE(refusal([&] { file.open_dataset("/big").read_double(); }).empty());
    CHECK(file.open_dataset("/f4").read_double() == std::vector<double>{0.5, -2});
    CHECK(contains(refusal([&] { file.open_dataset("/f4").read_int64(); }), "expected integers"));
    CHECK(file.open_dataset("/positions").read_double(1, 1) == std::vector<double>{4, 5, 6});
    CHECK(file.open_dataset("/positions").info().row_elements() == 3);
    CHECK(file.open_dataset("/empty").read_int64().empty());
    CHECK_FALSE(refusal([&] { file.open_dataset("/cube").read_int64(); }).empty());
    CHECK(file.open_dataset("/bool").info().type == h5::TypeClass::enumeration);
    CHECK(file.open_dataset("/bool").read_int64() == std::vector<std::int64_t>{1, 0, 1});
    CHECK(file.open_dataset("/scalar").read_uint64() == std::vector<std::uint64_t>{9});
  }

  TEST_CASE("strings of fixed and variable length are read, whole and in part") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    std::vector<std::string> many;
    for (int i = 0; i < 70000; ++i)
      many.push_back("cell" + std::to_string(i % 1000) + std::string(static_cast<std::size_t>(i % 7), 'x'));
    make_hdf5(path, [&](hid_t file) {
      put_variable_strings(file, "variable", {"PN", "", "Pyramidal µ", "PV"});
      put_variable_strings(file, "many", many);
      const hid_t type = H5Tcopy(H5T_C_S1);
      H5Tset_size(type, 4);
      for (const auto& [name, padding] : {std::pair{"zero", H5T_STR_NULLPAD}, std::pair{"space", H5T_STR_SPACEPAD}}) {
        H5Tset_strpad(type, padding);
        const char fill = padding == H5T_STR_SPACEPAD ? ' ' : '\0';
        std::string bytes = "PN??full";
        bytes[2] = bytes[3] = fill;
        const hsize_t two = 2;
        const hid_t space = H5Screate_simple(1, &two, nullptr);
        const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data());
        H5Dclose(dataset);
        H5Sclose(space);
      }
      H5Tclose(type);
    });
    const auto file = open_file(path);
    CHECK(file.open_dataset("/zero").read_strings() == std::vector<std::string>{"PN", "full"});
    CHECK(file.open_dataset("/space").read_strings() == std::vector<std::string>{"PN", "full"});
    CHECK(file.open_dataset("/space").read_strings(1, 1) == std::vector<std::string>{"full"});
    const auto variable = file.open_dataset("/variable");
    CHECK(variable.info().type == h5::TypeClass::variable_string);
    CHECK(variable.read_strings() == std::vector<std::string>{"PN", "", "Pyramidal µ", "PV"});
    CHECK(variable.read_strings(2, 2) == std::vector<std::string>{"Pyramidal µ", "PV"});
    CHECK(variable.read_strings(1, 0).empty());
    CHECK((file.open_dataset("/many").read_strings() == many));
    CHECK_FALSE(refusal([&] { variable.read_int64(); }).empty());
  }

  TEST_CASE("attributes are read by their type, enumerations with the name") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    ForeignPopulation by_enum, by_text;
    by_enum.sorting = ForeignPopulation::Sorting::enum_on_group;
    by_enum.order = "by_time";
    by_text.sorting = ForeignPopulation::Sorting::string_on_group;
    by_text.group = "/spikes/text";
    write_spikes_foreign(path, {.populations = {by_enum, by_text}});
    const auto file = open_file(path);
    CHECK(file.has_attribute("/", "magic"));
    CHECK(file.read_attribute("/", "magic")->integers == std::vector<std::int64_t>{0x0A7A});
    CHECK(file.read_attribute("/", "version")->integers == std::vector<std::int64_t>{0, 1});
    const auto sorting = file.read_attribute("/spikes/pop", "sorting");
    CHECK(sorting->type == h5::TypeClass::enumeration);
    CHECK(sorting->text == "by_time");
    CHECK(sorting->integers == std::vector<std::int64_t>{2});
    CHECK(file.read_attribute("/spikes/text", "sorting")->text == "by_id");
    CHECK_FALSE(file.read_attribute("/", "absent"));
    CHECK_FALSE(file.read_attribute("/nowhere", "magic"));
    CHECK_FALSE(file.has_attribute("/nowhere", "magic"));
  }

  TEST_CASE("objects are found and listed by hard links only") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    write_text(folder / "secret.h5", "");
    make_hdf5(folder / "secret.h5",
              [](hid_t file) { put<std::int64_t>(file, "data", H5T_STD_I64LE, H5T_NATIVE_INT64, {42}); });
    make_hdf5(path, [](hid_t file) {
      const hid_t group = H5Gcreate2(file, "b", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      H5Lcreate_hard(file, "b", group, "loop", H5P_DEFAULT, H5P_DEFAULT);
      H5Gclose(group);
      put<std::int64_t>(file, "a", H5T_STD_I64LE, H5T_NATIVE_INT64, {1});
      H5Lcreate_soft("/cycle", file, "cycle", H5P_DEFAULT, H5P_DEFAULT);
      H5Lcreate_soft("/a", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
      H5Lcreate_external("secret.h5", "/data", file, "outside", H5P_DEFAULT, H5P_DEFAULT);
    });
    const auto file = open_file(path);
    std::string listing;
    for (const h5::Child& child : file.children("/")) {
      listing += child.name + (child.kind == h5::ObjectKind::group     ? "/ "
                               : child.kind == h5::ObjectKind::dataset ? " "
                                                                       : "@ ");
    }
    CHECK(listing == "a b/ cycle@ outside@ soft@ ");
    CHECK(file.has_group("/"));
    CHECK(file.has_group("/b/loop/loop"));
    CHECK(file.has_dataset("/a"));
    CHECK_FALSE(file.find("/c"));
    CHECK_FALSE(file.find("/a/b"));
    CHECK(file.find("/cycle") == h5::ObjectKind::link);
    CHECK(file.find("/outside/x") == h5::ObjectKind::link);
    for (const char* name : {"/soft", "/outside", "/cycle"}) {
      CHECK(contains(refusal([&] { file.open_dataset(name); }), "links are not followed"));
    }
    CHECK(contains(refusal([&] { file.open_dataset("/b"); }), "has no dataset /b; expected a test file"));
    CHECK(contains(refusal([&] { file.children("/a"); }), "has no group /a"));
  }

  TEST_CASE("storage elsewhere, unknown filters and absurd sizes are refused before anything is read") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    const auto opening = [&](const std::function<void(hid_t)>& fill) {
      make_hdf5(path, fill);
      return refusal([&] { open_file(path).open_dataset("/d").read_int64(); });
    };
    write_text(folder / "outside", "password");
    CHECK(contains(opening([&](hid_t file) {
                     const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                     H5Pset_external(creation, (folder / "outside").c_str(), 0, 8);
                     put<std::int64_t>(file, "d", H5T_STD_I64LE, H5T_NATIVE_INT64, {}, {1}, creation);
                   }),
                   "keeps its data in another file"));
    CHECK(contains(opening([&](hid_t file) {
                     const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                     const hsize_t one = 1;
                     const hid_t space = H5Screate_simple(1, &one, nullptr);
                     H5Pset_virtual(creation, space, "other.h5", "d", space);
                     put<std::int64_t>(file, "d", H5T_STD_I64LE, H5T_NATIVE_INT64, {}, {1}, creation);
                   }),
                   "virtual dataset"));
    CHECK(contains(opening([&](hid_t file) {
                     const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                     const hsize_t one = 1;
                     H5Pset_chunk(creation, 1, &one);
                     H5Pset_filter(creation, 32015, H5Z_FLAG_OPTIONAL, 0, nullptr);  // zstd
                     put<std::int64_t>(file, "d", H5T_STD_I64LE, H5T_NATIVE_INT64, {7}, {1}, creation);
                   }),
                   "number 32015"));
    const hsize_t huge = hsize_t{1} << 50;
    CHECK(contains(opening([&](hid_t file) {
                     const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                     const hsize_t chunk = 1024;
                     H5Pset_chunk(creation, 1, &chunk);
                     put<std::int64_t>(file, "d", H5T_STD_I64LE, H5T_NATIVE_INT64, {}, {huge}, creation);
                   }),
                   "more values than the file can hold"));
    CHECK(contains(opening([&](hid_t file) {
                     put<std::int64_t>(file, "d", H5T_STD_I64LE, H5T_NATIVE_INT64, {}, {huge, huge});
                   }),
                   "more values than the file can hold"));
    // Zeros compress 1000 : 1, and that is no attack.
    CHECK(opening([&](hid_t file) {
            const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
            const hsize_t chunk = 1 << 20;
            H5Pset_chunk(creation, 1, &chunk);
            H5Pset_deflate(creation, 9);
            put(file, "d", H5T_STD_I64LE, H5T_NATIVE_INT64, std::vector<std::int64_t>(5 << 20, 0), {}, creation);
          }).empty());
  }

  // In HDF5 1.10 one in seven such files crashes or hangs a program that reads their strings directly.
  TEST_CASE("damaged strings and numbers are an InputError, never a crash") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    make_hdf5(path, [](hid_t file) {
      std::vector<std::string> names;
      for (int i = 0; i < 60; ++i) names.push_back("name" + std::to_string(i));
      put_variable_strings(file, "names", names);
      put<std::int64_t>(file, "ids", H5T_STD_I64LE, H5T_NATIVE_INT64, std::vector<std::int64_t>(20, 3));
    });
    const std::string whole = read_text(path);
    std::mt19937_64 generator(6);
    int refused = 0;
    for (int i = 0; i < 100; ++i) {
      std::string damaged = whole;
      for (std::uint64_t n = generator() % 4 + 1; n > 0; --n)
        damaged[generator() % damaged.size()] = static_cast<char>(generator());
      write_text(path, damaged);
      try {
        const auto file = open_file(path);
        for (const h5::Child& child : file.children("/")) {
          if (child.kind != h5::ObjectKind::dataset) continue;
          const auto dataset = file.open_dataset("/" + child.name);
          dataset.info().is_string() ? void(dataset.read_strings()) : void(dataset.read_int64());
        }
      } catch (const InputError&) {
        ++refused;
      }
    }
    CHECK(refused > 5);
  }

  // HDF5 1.10 follows such a list for ever, and takes memory with every step.
  TEST_CASE("a heap of names whose free places lead in a circle is damage, found at once") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    make_hdf5(path, [](hid_t file) { put<std::int64_t>(file, "ids", H5T_STD_I64LE, H5T_NATIVE_INT64, {3}); });
    std::string bytes = read_text(path);
    // "HEAP", version, then three numbers of 8 bytes: the size of its data, the first free place in them, their
    // address.
    const std::size_t heap = bytes.find("HEAP");
    REQUIRE(heap != bytes.npos);
    std::uint64_t free_place = 0, data = 0;
    std::memcpy(&free_place, &bytes[heap + 16], sizeof free_place);
    std::memcpy(&data, &bytes[heap + 24], sizeof data);
    REQUIRE(data + free_place + 16 <= bytes.size());
    std::memcpy(&bytes[data + free_place], &free_place, sizeof free_place);  // the next one is itself
    write_text(path, bytes);
    CHECK(contains(refusal([&] { open_file(path); }), "is damaged: HDF5 loses its way among its groups"));
  }

  TEST_CASE("a file in a format of HDF5's future is not called damaged") {
    const auto path = std::filesystem::path(STIMGEN_SOURCE_DIR) / "tests/h5/newer_format.h5";
    const auto read = [&] { return open_file(path).open_dataset("/spikes/cortex/node_ids").read_uint64(); };
#if H5_VERSION_GE(2, 0, 0)
    CHECK(read() == std::vector<std::uint64_t>{0, 1, 2, 3});
#else
    const std::string said = refusal(read);
    CHECK(contains(said, "newer_format.h5' is in a newer HDF5 format than HDF5 " + h5::library_version() + " can"));
    CHECK(contains(said, "/spikes/cortex/node_ids: bad version number for layout message, superblock version 3"));
    CHECK(contains(said, "write it in the format of HDF5 1.10"));
    CHECK(refusal([&] { open_file(path).children("/spikes/cortex"); }) == said);
#endif
  }

  TEST_CASE("versions that nobody knows are a newer format, or damage where no checksum tells") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    h5::NewFile(path, "x.h5").close();
    std::string bytes = read_text(path);
    bytes.at(8) = 9;  // after the signature: the version of the superblock
    write_text(path, bytes);
    CHECK(contains(refusal([&] { open_file(path); }), "x.h5' is in a newer HDF5 format than"));
    CHECK(contains(refusal([&] { open_file(path); }), "(bad superblock version number, superblock version 9)"));

    make_hdf5(path, [](hid_t file) { put<std::int64_t>(file, "ids", H5T_STD_I64LE, H5T_NATIVE_INT64, {3}); });
    bytes = read_text(path);
    // A layout message (8) of 24 bytes, without flags: version 3, contiguous (1).
    const std::size_t layout = bytes.find(std::string("\x08\0\x18\0\0\0\0\0\x03\x01", 10));
    REQUIRE(layout != bytes.npos);
    bytes[layout + 8] = 99;
    write_text(path, bytes);
    CHECK(contains(refusal([&] { open_file(path).open_dataset("/ids"); }),
                   "x.h5' is damaged, or in a newer HDF5 format than"));
  }

  TEST_CASE("HDF5 is found behind the bytes of another program, and what is no HDF5 is not") {
    const TempFolder folder;
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    for (const hsize_t before : {512, 4096}) {
      const auto path = folder / std::to_string(before);
      H5Pset_userblock(creation, before);
      H5Fclose(checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT), "create"));
      CHECK(open_file(path).children("/").empty());
    }
    H5Pclose(creation);
    for (const std::size_t size : {1, 8, 511, 520, 5000}) {
      write_text(folder / "text", std::string(size, 'x'));
      CHECK(contains(refusal([&] { open_file(folder / "text"); }), "is not an HDF5 file"));
    }
  }

  TEST_CASE("a missing file, one without permission, and one that is no HDF5 are told apart") {
    const TempFolder folder;
    CHECK(contains(refusal([&] { open_file(folder / "no.h5"); }), "does not exist; expected a test file"));
    CHECK(contains(refusal([&] { open_file(folder.path()); }), "is a folder; expected a test file"));
    CHECK(contains(refusal([&] { open_file("/dev/null"); }), "not a regular file"));
    write_text(folder / "text", "population: 3\n");
    CHECK(contains(refusal([&] { open_file(folder / "text"); }), "is not an HDF5 file"));
    make_hdf5(folder / "x.h5", [](hid_t file) {
      put<std::int64_t>(file, "d", H5T_STD_I64LE, H5T_NATIVE_INT64, std::vector<std::int64_t>(1000, 3));
    });
    const std::string whole = read_text(folder / "x.h5");
    write_text(folder / "cut.h5", whole.substr(0, whole.size() - 100));
    CHECK(contains(refusal([&] { open_file(folder / "cut.h5"); }), "its end is missing"));
    if (geteuid() != 0) {
      std::filesystem::permissions(folder / "x.h5", std::filesystem::perms::none);
      CHECK_THROWS_AS(open_file(folder / "x.h5"), EnvironmentError);
    }
  }

  TEST_CASE("a file that another program holds for writing is refused, and none is written over") {
    const TempFolder folder;
    h5::NewFile writer(folder / "x.h5", "x.h5");
    CHECK_THROWS_WITH_AS(h5::NewFile(folder / "x.h5", "shell.h5"),
                         "cannot write 'shell.h5': file exists [disk.cannot-write]", EnvironmentError);
    writer.close();
    CHECK(open_file(folder / "x.h5").children("/").empty());
    const int held = open((folder / "x.h5").c_str(), O_RDONLY);
    REQUIRE(flock(held, LOCK_EX) == 0);  // as HDF5 does
    CHECK(contains(refusal([&] { open_file(folder / "x.h5"); }), "is being written"));
    close(held);
  }
}

}  // namespace
}  // namespace stimgen
