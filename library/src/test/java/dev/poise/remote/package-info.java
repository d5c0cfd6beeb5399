/// Tests of asking commands and endpoints, on real processes and a real server.
@NullMarked
package dev.poise.remote;

import org.jspecify.annotations.NullMarked;
