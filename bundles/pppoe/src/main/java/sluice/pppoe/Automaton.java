package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The option negotiation automaton of RFC 1661, 4.1, as its table: what every control protocol of PPP does upon an
 * event, whatever its options are.
 */
final class Automaton {
    /** Columns are the states, rows the events, both in the order of their enums; {@code -} cannot happen. */
    private static final String TABLE = """
        2         irc,scr/6   -     -               -     -     -         -         -         -
        -         -           0     tls/1           0     1     1         1         1         tld/1
        tls/1     1    irc,scr/6    3               5     5     6         7         8         9
        0         tlf/0       2     2               4     4     irc,str/4 irc,str/4 irc,str/4 tld,irc,str/4
        -         -           -     -               str/4 str/5 scr/6     scr/6     scr/8     -
        -         -           -     -               tlf/2 tlf/3 tlf/3     tlf/3     tlf/3     -
        -         -           sta/2 irc,scr,sca/8   4     5     sca/8     sca,tlu/9 sca/8     tld,scr,sca/8
        -         -           sta/2 irc,scr,scn/6   4     5     scn/6     scn/7     scn/6     tld,scr,scn/6
        -         -           sta/2 sta/3           4     5     irc/7     scr/6     irc,tlu/9 tld,scr/6
        -         -           sta/2 sta/3           4     5     irc,scr/6 scr/6     irc,scr/8 tld,scr/6
        -         -           sta/2 sta/3           sta/4 sta/5 sta/6     sta/6     sta/6     tld,zrc,sta/5
        -         -           2     3               tlf/2 tlf/3 6         6         8         tld,scr/6
        -         -           scj/2 scj/3           scj/4 scj/5 scj/6     scj/7     scj/8     scj/9
        -         -           2     3               4     5     6         6         8         9
        -         -           tlf/2 tlf/3           tlf/2 tlf/3 tlf/3     tlf/3     tlf/3     tld,irc,str/5
        -         -           2     3               4     5     6         7         8         ser/9
        """;

    private static final AutomatonState[] STATES = AutomatonState.values();
    private static final List<List<Cell>> CELLS =
            TABLE.lines().map(Automaton::row).toList();

    private Automaton() {}

    /**
     * What is to be done.
     *
     * @param actions in order
     * @param next the state behind them
     */
    record Cell(List<AutomatonAction> actions, AutomatonState next) {
        Cell {
            actions = List.copyOf(actions);
        }
    }

    /** The cell of that state and event. What cannot happen changes nothing: it comes of a peer or timer too late. */
    static Cell cell(AutomatonState state, AutomatonEvent event) {
        return CELLS.get(event.ordinal()).get(state.ordinal());
    }

    private static List<Cell> row(String line) {
        List<Cell> row = new ArrayList<>();
        for (String cell : line.strip().split(" +")) {
            row.add(cell.equals("-") ? new Cell(List.of(), STATES[row.size()]) : parsed(cell));
        }
        return List.copyOf(row);
    }

    private static Cell parsed(String cell) {
        List<AutomatonAction> actions = new ArrayList<>();
        for (String word : cell.split("[,/]")) {
            if (Character.isLetter(word.charAt(0))) {
                actions.add(AutomatonAction.valueOf(word.toUpperCase(Locale.ROOT)));
            }
        }
        return new Cell(actions, STATES[cell.charAt(cell.length() - 1) - '0']);
    }
}
