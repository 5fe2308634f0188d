/**
 * What a node keeps on disk.
 *
 * <pre>
 * DIR/&lt;host&gt;/&lt;path&gt;            a rescued file, complete and checked
 * DIR/.rescue/identity.json    who the node is; readable by its owner only
 * DIR/.rescue/lock             held while an agent works here
 * DIR/.rescue/copies.jsonl     the journal: one line for each rescued file, only ever appended to
 * DIR/.rescue/partial/         downloads that are not complete: the bytes and what the origin said about them
 * </pre>
 *
 * <p>A file reaches its final name in this order, so that a crash at any point loses no file and records none that is not
 * there: bytes written and hashed, synced to disk, the intended name noted beside the partial file, renamed, directory synced,
 * journal line appended and synced, note removed. The next start finishes what a crash left between the rename and the line.
 *
 * <p>Two different URLs never share a name, and what stands at a name is never overwritten.
 */
@NullMarked
package org.climaterescue.agent.store;

import org.jspecify.annotations.NullMarked;
