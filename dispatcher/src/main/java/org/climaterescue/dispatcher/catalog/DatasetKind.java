package org.climaterescue.dispatcher.catalog;

import java.util.Set;

/** The two ways in which datasets and their files are written as JSON. */
enum DatasetKind {
    /** DCAT-US 1.0, 1.1 and 3.0 (resources.data.gov/resources/dcat-us). */
    DCAT(
            CatalogFormat.DCAT,
            "dataset",
            "distribution",
            Set.of("dataset", "catalog"),
            Set.of("accessURL", "downloadURL", "accessLevel", "bureauCode", "programCode", "landingPage")),

    /** The answers of CKAN's action API (docs.ckan.org/en/latest/api). */
    CKAN(
            CatalogFormat.CKAN,
            "package",
            "resources",
            Set.of("result", "results"),
            Set.of("license_id", "num_resources", "owner_org", "metadata_created", "metadata_modified"));

    private final CatalogFormat format;
    private final String dataset;
    private final String files;
    private final Set<String> containers;
    private final Set<String> marks;

    DatasetKind(CatalogFormat format, String dataset, String files, Set<String> containers, Set<String> marks) {
        this.format = format;
        this.dataset = dataset;
        this.files = files;
        this.containers = containers;
        this.marks = marks;
    }

    CatalogFormat format() {
        return format;
    }

    /** What one dataset is called. */
    String dataset() {
        return dataset;
    }

    /** The member of a dataset that holds its files. */
    String files() {
        return files;
    }

    /** What one file is called. */
    String file() {
        return this == DCAT ? "distribution" : "resource";
    }

    /** Whether a member of this name holds datasets or files when it is an object or array. */
    boolean holds(String member) {
        return containers.contains(member) || files.equals(member);
    }

    /** Whether a member of this name holds datasets. */
    boolean contains(String member) {
        return containers.contains(member);
    }

    /** Whether only a dataset of this kind has a member of this name. */
    boolean marks(String member) {
        return marks.contains(member);
    }

    /** For an error: what a file of this kind is made of. */
    String shape() {
        return this == DCAT
                ? "an object with dataset, or an array of datasets"
                : "an answer with result or results, or packages with resources";
    }
}
