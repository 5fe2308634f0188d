package org.climaterescue.dispatcher.node;

import jakarta.inject.Singleton;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.security.NodeTokens;
import org.jspecify.annotations.Nullable;

/** Looks tokens up in the registry. */
@Singleton
final class NodeTokenTable implements NodeTokens {

    private final Transactions transactions;
    private final Nodes nodes;

    NodeTokenTable(Transactions transactions, Nodes nodes) {
        this.transactions = transactions;
        this.nodes = nodes;
    }

    @Override
    public @Nullable String nodeOf(byte[] sha256OfToken) {
        return transactions
                .in(connection -> nodes.ofToken(connection, sha256OfToken))
                .orElse(null);
    }
}
