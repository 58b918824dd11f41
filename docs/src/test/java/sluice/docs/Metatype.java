package sluice.docs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Reads what the bundles on the class path say of their settings (OSGi Compendium, 105, Metatype). */
final class Metatype {

    private static final String FOLDER = "OSGI-INF/metatype";

    private final DocumentBuilder xml;

    Metatype() throws ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        xml = factory.newDocumentBuilder();
    }

    /** Every configuration file of our bundles, by its name. */
    List<SettingsFile> readAll(String classPath) throws IOException, SAXException {
        List<SettingsFile> files = new ArrayList<>();
        for (String entry : classPath.split(System.getProperty("path.separator"))) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                read(path.resolve(FOLDER), files);
            } else if (entry.endsWith(".jar") && Files.exists(path)) {
                try (FileSystem jar = FileSystems.newFileSystem(path)) {
                    read(jar.getPath(FOLDER), files);
                }
            }
        }
        files.removeIf(file -> !file.pid().startsWith("sluice."));
        files.sort(Comparator.comparing(SettingsFile::pid));
        return files;
    }

    private void read(Path folder, List<SettingsFile> files) throws IOException, SAXException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> listed = Files.list(folder)) {
            for (Path file : listed.sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    files.add(file(xml.parse(in).getDocumentElement()));
                }
            }
        }
    }

    private static SettingsFile file(Element root) {
        Element described = elements(root, "OCD").getFirst();
        Element designated = elements(root, "Designate").getFirst();
        boolean factory = designated.hasAttribute("factoryPid");
        return new SettingsFile(
                designated.getAttribute(factory ? "factoryPid" : "pid"),
                factory,
                described.getAttribute("name"),
                described.getAttribute("description"),
                elements(described, "AD").stream()
                        .map(Metatype::setting)
                        .filter(setting -> !setting.key().startsWith("service.")) // set by the framework
                        .toList());
    }

    private static Setting setting(Element attribute) {
        return new Setting(
                attribute.getAttribute("id"),
                attribute.getAttribute("type"),
                Optional.of(attribute)
                        .filter(one -> one.hasAttribute("default"))
                        .map(one -> one.getAttribute("default")),
                !attribute.getAttribute("required").equals("false"),
                attribute.getAttribute("description"),
                attribute.getAttribute("min"),
                attribute.getAttribute("max"),
                elements(attribute, "Option").stream()
                        .map(option -> option.getAttribute("value"))
                        .toList());
    }

    private static List<Element> elements(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(found::item)
                .map(Element.class::cast)
                .toList();
    }
}
