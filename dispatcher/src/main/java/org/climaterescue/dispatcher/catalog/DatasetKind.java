package org.climaterescue.dispatcher.catalog;

/** The two ways in which datasets and their files are written as JSON. */
enum DatasetKind {
    /** DCAT-US 1.0, 1.1 and 3.0 (resources.data.gov/resources/dcat-us). */
    DCAT(CatalogFormat.DCAT, "dataset", "distribution", "distribution"),

    /** The answers of CKAN's action API (docs.ckan.org/en/latest/api). */
    CKAN(CatalogFormat.CKAN, "package", "resource", "resources");

    private final CatalogFormat format;
    private final String dataset;
    private final String file;
    private final String files;

    DatasetKind(CatalogFormat format, String dataset, String file, String files) {
        this.format = format;
        this.dataset = dataset;
        this.file = file;
        this.files = files;
    }

    CatalogFormat format() {
        return format;
    }

    /** What one dataset is called. */
    String dataset() {
        return dataset;
    }

    /** What one file is called. */
    String file() {
        return file;
    }

    /** The member of a dataset that holds its files. */
    String files() {
        return files;
    }

    /** Whether a member of this name holds datasets when it is an object or array. */
    boolean contains(String member) {
        return switch (this) {
            case DCAT -> member.equals("dataset") || member.equals("catalog");
            case CKAN -> member.equals("result") || member.equals("results");
        };
    }

    /** Whether only a dataset of this kind has a member of this name, even if it has no files. */
    boolean marks(String member) {
        return switch (member) {
            case "accessURL", "downloadURL", "accessLevel", "bureauCode", "programCode", "landingPage" -> this == DCAT;
            case "license_id", "num_resources", "owner_org", "metadata_created", "metadata_modified" -> this == CKAN;
            default -> false;
        };
    }

    /** For an error: what a file of this kind is made of. */
    String shape() {
        return switch (this) {
            case DCAT -> "an object with dataset, or an array of datasets";
            case CKAN -> "an answer with result or results, or packages with resources";
        };
    }
}
