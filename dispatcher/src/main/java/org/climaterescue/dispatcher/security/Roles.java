package org.climaterescue.dispatcher.security;

/** The roles of secured mode, for {@code @Secured}. Open mode does not look at them. */
public final class Roles {

    /** Holds the operator key; may also do what {@link #JOIN} may. */
    public static final String OPERATOR = "OPERATOR";

    /** Holds the join key or the operator key: may register a new node. */
    public static final String JOIN = "JOIN";

    /** Holds a node's token; the caller's name is the node's id. */
    public static final String NODE = "NODE";

    private Roles() {}
}
