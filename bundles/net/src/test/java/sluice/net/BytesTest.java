package sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BytesTest {
    @Test
    void copyDoesNotSeeLaterWritesToTheArray() {
        byte[] array = {1, 2, 3};
        Bytes bytes = Bytes.copyOf(array);
        array[0] = 9;
        assertThat(bytes).isEqualTo(Bytes.of(1, 2, 3));
        bytes.toArray()[1] = 9;
        assertThat(bytes).isEqualTo(Bytes.of(1, 2, 3));
    }

    @Test
    void sliceEqualsTheSameBytesElsewhere() {
        Bytes slice = Bytes.of(0, 1, 2, 3, 4).slice(1, 3);
        assertThat(slice).isEqualTo(Bytes.of(1, 2, 3)).hasSameHashCodeAs(Bytes.of(1, 2, 3));
        assertThat(slice.slice(1)).isEqualTo(Bytes.of(2, 3));
        assertThat(slice.compact()).isEqualTo(slice);
        assertThat(slice.compact().array()).hasSize(3);
        assertThat(slice.slice(3)).isSameAs(Bytes.EMPTY);
        assertThat(slice).isNotEqualTo(Bytes.of(1, 2)).isNotEqualTo(Bytes.of(1, 2, 4));
    }

    @Test
    void sliceOutsideIsRefused() {
        Bytes bytes = Bytes.of(1, 2, 3).slice(1);
        assertThatThrownBy(() -> bytes.slice(1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bytes.slice(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bytes.at(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bytes.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void orderIsThatOfUnsignedBytes() {
        assertThat(Bytes.of(0x7f)).isLessThan(Bytes.of(0x80));
        assertThat(Bytes.of(1)).isLessThan(Bytes.of(1, 0));
        assertThat(Bytes.EMPTY).isLessThan(Bytes.of(0));
    }

    @Test
    void hexAndTextComeBack() {
        assertThat(Bytes.fromHex("00ffA5").toHex()).isEqualTo("00ffa5");
        assertThat(Bytes.utf8("1/0/3 é").toUtf8()).isEqualTo("1/0/3 é");
        assertThatThrownBy(() -> Bytes.fromHex("0g")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bytes.of(256)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesAreJoinedAndWritten() {
        Bytes joined = Bytes.of(9, 1).slice(1).plus(Bytes.of(2, 3, 9).slice(0, 2));
        assertThat(joined).isEqualTo(Bytes.of(1, 2, 3));
        assertThat(joined.plus(Bytes.EMPTY)).isSameAs(joined);
        assertThat(Bytes.EMPTY.plus(joined)).isSameAs(joined);
        byte[] target = new byte[5];
        joined.writeTo(target, 1);
        assertThat(target).containsExactly(0, 1, 2, 3, 0);
        ByteBuffer buffer = ByteBuffer.allocate(8);
        joined.writeTo(buffer);
        assertThat(Bytes.copyOf(buffer.flip())).isEqualTo(joined);
    }
}
