/// Writes classes of Java 5 and older, in the jars that are named, as classes of Java 17 that do the same.
///
/// The JVM keeps no class older than Java 6's in the archive that it starts from, and reads and checks it in every
/// start anew. Newer classes carry stack maps, which are computed here.
void main(String[] jars) throws IOException {
    for (String jar : jars) {
        try (FileSystem files = FileSystems.newFileSystem(Path.of(jar))) {
            renew(files.getPath("/"));
        }
    }
}

void renew(Path root) throws IOException {
    ClassHierarchyResolver neighbours = ClassHierarchyResolver.ofResourceParsing(name -> {
        String internal = name.descriptorString().substring(1, name.descriptorString().length() - 1);
        Path file = root.resolve(internal + ".class");
        try {
            return Files.exists(file) ? Files.newInputStream(file) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    });
    ClassFile format = ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(neighbours.orElse(ClassHierarchyResolver.defaultResolver())));
    List<Path> classes;
    try (Stream<Path> all = Files.walk(root)) {
        classes = all.filter(path -> path.toString().endsWith(".class")).toList();
    }
    for (Path path : classes) {
        ClassModel old = format.parse(Files.readAllBytes(path));
        if (old.majorVersion() <= ClassFile.JAVA_5_VERSION) {
            ClassTransform newer = ClassTransform.endHandler(builder -> builder.withVersion(ClassFile.JAVA_17_VERSION, 0))
                    .andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL));
            Files.write(path, format.transformClass(old, newer));
        }
    }
}
