import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/**
 * Reads a CycloneDX list (bom.xml) and tells each part with its licences; fails where a part has none that is on the list below.
 * Of a part with several, its user may choose one. Run by the build of each published module: {@code java Licences.java bom.xml}.
 */
final class Licences {

    private static final Set<String> ALLOWED = Set.of(
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "EPL-1.0",
            "EPL-2.0",
            "MIT",
            "MIT-0",
            "CC0-1.0",
            "0BSD");

    /** Compiled against, and there only where an application brings it itself: Liquibase 5 is under FSL-1.1-ALv2. */
    private static final Set<String> NOT_SHIPPED = Set.of("liquibase-core");

    private Licences() {}

    public static void main(String[] arguments) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Element list = factory.newDocumentBuilder().parse(new File(arguments[0])).getDocumentElement();
        List<String> refused = new ArrayList<>();
        for (Element part : children(child(list, "components"))) {
            String name = text(part, "group") + ":" + text(part, "name") + " " + text(part, "version");
            List<String> licences = licences(part);
            System.out.println(name + ": " + String.join(", ", licences));
            if (!NOT_SHIPPED.contains(text(part, "name")) && licences.stream().noneMatch(ALLOWED::contains)) {
                refused.add(name + " (" + (licences.isEmpty() ? "no licence named" : String.join(", ", licences)) + ")");
            }
        }
        if (!refused.isEmpty()) {
            System.err.println("Parts without a licence that Licences.java allows: " + String.join("; ", refused));
            System.exit(1);
        }
    }

    private static List<String> licences(Element part) {
        List<String> found = new ArrayList<>();
        for (Element child : children(part)) {
            if (child.getTagName().equals("licenses")) {
                for (Element licence : children(child)) {
                    if (licence.getTagName().equals("expression")) {
                        // "A OR B" leaves the choice, "A AND B" does not.
                        found.addAll(List.of(licence.getTextContent().strip().split("\\s+OR\\s+")));
                    } else {
                        String id = text(licence, "id");
                        found.add(id.isEmpty() ? text(licence, "name") : id);
                    }
                }
            }
        }
        return found;
    }

    private static Element child(Element parent, String name) {
        return children(parent).stream()
                .filter(child -> child.getTagName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the list has no <" + name + ">"));
    }

    private static String text(Element parent, String name) {
        for (Element child : children(parent)) {
            if (child.getTagName().equals(name)) {
                return child.getTextContent().strip();
            }
        }
        return "";
    }

    private static List<Element> children(Element parent) {
        List<Element> children = new ArrayList<>();
        for (int i = 0; i < parent.getChildNodes().getLength(); i++) {
            if (parent.getChildNodes().item(i) instanceof Element element) {
                children.add(element);
            }
        }
        return children;
    }
}
