package org.climaterescue.dispatcher.task;

import java.io.ByteArrayOutputStream;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.climaterescue.db.task.RescuedRow;

/** Metalink 4 (RFC 5854). Files have the names that nodes give them. A magnet link that a node offers stands as a further place to get the file from. */
final class Meta4Manifest implements ManifestWriter {

    private static final String NAMESPACE = "urn:ietf:params:xml:ns:metalink";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final XMLStreamWriter xml;

    Meta4Manifest() {
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    @Override
    public String mediaType() {
        return "application/metalink4+xml";
    }

    @Override
    public byte[] head() {
        return piece(() -> {
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("metalink");
            xml.writeDefaultNamespace(NAMESPACE);
            element("generator", "climate-rescue");
        });
    }

    @Override
    public byte[] rows(List<RescuedRow> rows) {
        return piece(() -> {
            for (RescuedRow row : rows) {
                file(row);
            }
        });
    }

    @Override
    public byte[] tail() {
        return piece(() -> {
            xml.writeEndElement();
            xml.writeEndDocument();
        });
    }

    private void file(RescuedRow row) throws XMLStreamException {
        xml.writeStartElement("file");
        xml.writeAttribute("name", FileName.of(row.url()));
        element("size", Long.toString(row.sizeBytes()));
        xml.writeStartElement("hash");
        xml.writeAttribute("type", "sha-256");
        xml.writeCharacters(row.sha256().hex());
        xml.writeEndElement();
        element("url", row.canonicalUrl());
        String magnet = row.magnetLink();
        if (magnet != null && magnet.chars().allMatch(c -> c > ' ' && c <= '~')) {
            element("url", magnet);
        }
        xml.writeEndElement();
    }

    private void element(String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private byte[] piece(Writing writing) {
        try {
            out.reset();
            writing.run();
            xml.flush();
            return out.toByteArray();
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws XMLStreamException;
    }

    private static IllegalStateException broken(XMLStreamException cause) {
        return new IllegalStateException("writing XML into memory failed", cause);
    }
}
