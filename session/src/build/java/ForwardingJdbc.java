import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.tools.ToolProvider;

/**
 * Writes, at build time, a class for each interface of JDBC that hands every call to a delegate, so that the pool-safe
 * wrappers hold nothing but what they do differently. The interfaces are read as {@code --release 17} has them, so that
 * every JDK writes the same.
 *
 * <p>Usage: {@code java ForwardingJdbc.java <folder for the sources>}
 */
public final class ForwardingJdbc {

    private static final String PACKAGE = "com.scrapersky.session.internal.guard";

    /** @param wraps whether result sets and arrays that come out are handed to {@code wrap} */
    private record Forwarding(String type, String superclass, boolean typed, boolean wraps) {}

    private static final List<Forwarding> CLASSES = List.of(
            new Forwarding("java.sql.Connection", "", false, false),
            new Forwarding("java.sql.Statement", "", true, true),
            new Forwarding("java.sql.PreparedStatement", "PoolSafeStatement", true, true),
            new Forwarding("java.sql.CallableStatement", "PoolSafePreparedStatement", true, true),
            new Forwarding("java.sql.ResultSet", "", false, true),
            new Forwarding("java.sql.DatabaseMetaData", "", false, true),
            new Forwarding("java.sql.Array", "", false, true));

    private final Elements elements;

    private ForwardingJdbc(Elements elements) {
        this.elements = elements;
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]).resolve(PACKAGE.replace('.', '/'));
        Files.createDirectories(folder);
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, List.of("--release", "17", "-proc:none"), List.of("java.lang.Object"), null);
        ForwardingJdbc writer = new ForwardingJdbc(task.getElements());
        for (Forwarding forwarding : CLASSES) {
            TypeElement type = writer.elements.getTypeElement(forwarding.type());
            Path file = folder.resolve("Forwarding" + type.getSimpleName() + ".java");
            String source = writer.write(type, forwarding);
            if (!Files.exists(file) || !Files.readString(file).equals(source)) {
                Files.writeString(file, source);
            }
        }
    }

    private String write(TypeElement type, Forwarding forwarding) {
        String name = type.getSimpleName().toString();
        String delegate = forwarding.typed() ? "D" : name;
        boolean extending = !forwarding.superclass().isEmpty();
        StringBuilder source = new StringBuilder();
        source.append("package ").append(PACKAGE).append(";\n\n");
        source.append("import java.sql.*;\n\n");
        source.append("/** Hands every call of ").append(name).append(" to its delegate. Written by the build. */\n");
        source.append("@org.jspecify.annotations.NullUnmarked\n@SuppressWarnings({\"all\", \"deprecation\"})\n");
        source.append("public abstract class Forwarding").append(name);
        if (forwarding.typed()) {
            source.append("<D extends ").append(name).append('>');
        }
        if (extending) {
            source.append(" extends ").append(forwarding.superclass()).append("<D>");
        }
        source.append(" implements ").append(name).append(" {\n\n");
        if (!extending) {
            source.append("    protected ").append(delegate).append(" delegate;\n\n");
            source.append("    protected Forwarding").append(name).append("(").append(delegate);
            source.append(" delegate) {\n        this.delegate = delegate;\n    }\n");
            if (forwarding.wraps()) {
                source.append("\n    protected abstract ResultSet wrap(ResultSet results) throws SQLException;\n");
                source.append("\n    protected abstract Array wrap(Array array);\n");
            }
            if (name.endsWith("MetaData")) {
                source.append("\n    protected abstract void ready() throws SQLException;\n");
            }
        } else {
            source.append("    protected Forwarding").append(name);
            source.append("(PoolSafeConnection connection, D delegate, StatementOrigin origin" + more(name, true) + ") {\n");
            source.append("        super(connection, delegate, origin" + more(name, false) + ");\n    }\n");
        }
        for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
            if (!method.getModifiers().contains(Modifier.STATIC)) {
                write(method, forwarding, source);
            }
        }
        return source.append("}\n").toString();
    }

    private void write(ExecutableElement method, Forwarding forwarding, StringBuilder source) {
        List<String> parameters = new ArrayList<>();
        List<String> arguments = new ArrayList<>();
        for (VariableElement parameter : method.getParameters()) {
            // The JDK's class files carry no names of parameters.
            String name = "a" + arguments.size();
            parameters.add(parameter.asType() + " " + name);
            arguments.add(name);
        }
        String typeParameters = method.getTypeParameters().isEmpty() ? "" : "<T> ";
        source.append("\n    @Override\n    public ").append(typeParameters).append(method.getReturnType()).append(' ');
        source.append(method.getSimpleName()).append('(').append(String.join(", ", parameters)).append(')');
        List<String> thrown = method.getThrownTypes().stream().map(TypeMirror::toString).toList();
        if (!thrown.isEmpty()) {
            source.append(" throws ").append(String.join(", ", thrown));
        }
        String call = "delegate." + method.getSimpleName() + "(" + String.join(", ", arguments) + ")";
        String returned = method.getReturnType().toString();
        boolean asks = forwarding.type().endsWith("MetaData") && returned.equals("java.sql.ResultSet");
        boolean wrapped = forwarding.wraps() && (returned.equals("java.sql.ResultSet") || returned.equals("java.sql.Array"));
        source.append(asks ? " {\n        ready();\n        " : " {\n        ").append(returned.equals("void") ? "" : "return ");
        source.append(wrapped ? "wrap(" + call + ")" : call).append(";\n    }\n");
    }


    /** A call is a prepared statement, and knows its text. */
    private static String more(String name, boolean declared) {
        if (!name.equals("CallableStatement")) {
            return "";
        }
        return declared ? ", String sql, KnownText text" : ", sql, text";
    }
}
