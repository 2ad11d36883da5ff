"""Names, things and number words for the texts of problems. A document takes them from a short list, from a long one, or
makes them up, so that a model learns to carry any name along."""

SHORT_NAMES = (
    "Ann Bob Cid Dan Eva Fay Gus Hal Ida Jon Kim Leo Mia Ned Ola Pam Ray Sue Tom Uma Vic Wes Zoe Max "
    "Amy Ben Eli Gil Ivy Jim Kai Lou Meg Nat Pia Rob Sam Tia Ulf Val"
).split()
LONG_NAMES = SHORT_NAMES + (
    "Alice Anna Andrew Anthony Aisha Alex Adam Albert Amir Angela Anton Arthur Barbara Bella Benjamin Bill Brian Bruno Carl Carla "
    "Carlos Carol Cathy Charles Charlie Chen Chloe Chris Christina Claire Clara Daisy Daniel David Deborah Dennis Diana Diego "
    "Dmitri Dora Edith Edward Elena Elisa Elizabeth Ella Emily Emma Eric Erik Esther Ethan Farid Fatima Felix Finn Fiona Frank "
    "Fred Frida George Gina Grace Greg Greta Hana Hannah Harry Hassan Heidi Helen Henry Hugo Ian Igor Ingrid Isaac Isabel Ivan "
    "Jack Jacob Jake James Jamal Jane Janet Jason Jean Jenny Jessica Joan Joe Johan John Jonas Jordan Jose Joseph Josh Juan Judy "
    "Julia Julie Karen Karl Kate Katie Kelly Ken Kevin Klaus Kumar Lara Laura Lea Lena Leon Li Liam Lily Linda Lisa Lois Louis "
    "Lucas Lucy Luis Luke Maja Marco Maria Marie Mark Marta Martin Mary Mateo Matt Maya Mei Michael Mike Miguel Mila Mina Mohamed "
    "Molly Monica Nadia Nancy Natalie Nick Nina Noah Nora Olga Oliver Olivia Omar Oscar Otto Paul Paula Pedro Peter Petra Phil "
    "Priya Quinn Rachel Rafael Ralph Raj Rebecca Rita Robert Robin Roger Rosa Rose Ruth Ryan Sally Sandra Sara Sarah Sasha Scott "
    "Sean Simon Sofia Sonia Stefan Stella Steve Susan Tanja Tara Ted Teresa Thomas Tim Tina Tony Ursula Vera Victor Viktor "
    "Vincent Walter Wanda Wendy Will William Xavier Yan Yara Yuki Yusuf Zara Zeno"
).split()
SHORT_ITEMS = (
    "apples books coins pens shells cards stamps marbles keys plums nuts cups hats bells stones kites "
    "pears balls eggs boxes beads flowers cookies candies toys stickers oranges pencils"
).split()
LONG_ITEMS = SHORT_ITEMS + (
    "bananas lemons cherries grapes melons tomatoes potatoes carrots onions peppers mushrooms cakes pies muffins sandwiches sweets "
    "chocolates bottles glasses plates spoons forks knives bowls baskets bags chairs tables lamps clocks pictures photos posters "
    "dolls cars trucks trains boats planes bikes balloons dice blocks puzzles games rings necklaces buttons ribbons shirts socks "
    "shoes gloves scarves dogs cats rabbits hens chickens ducks horses cows sheep goats pigs birds fish frogs bees trees roses "
    "tulips seeds leaves feathers rocks sticks bricks nails screws tickets letters notebooks magazines songs points dollars euros "
    "cents bills tokens medals prizes crayons erasers rulers magnets batteries phones"
).split()
ADJECTIVES = "red blue green yellow white black small big old new wooden glass golden silver".split()
NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
CITIES = (
    "Berlin Paris London Rome Madrid Vienna Prague Oslo Bern Dublin Lisbon Athens Warsaw Cairo Delhi Tokyo Lima Quito Havana "
    "Boston Dallas Denver Miami Chicago Toronto Hamburg Munich Cologne Lyon Milan Turin Porto Geneva Ghent Leeds York Bath Riga "
    "Tallinn Kyoto Osaka Seoul Hanoi Perth Sydney"
).split()
CONSONANTS = "b c d f g h j k l m n p r s t v w z br dr fr gr kl pl sh st th tr".split()
VOWELS = "a e i o u a e i o ai ea ou".split()
ENDINGS = ["", "", "n", "r", "s", "l", "k", "x", "th", "m"]


def made_up(rng):
    """A word of two or three syllables that hardly any list holds."""
    word = "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(rng.choice((1, 2, 2, 2, 3))))
    return word + (rng.choice(ENDINGS) if len(word) > 3 else rng.choice("nrslm"))


def pick_names(rng, count):
    """`count` different names."""
    kind = rng.random()
    if kind < 0.35:
        return rng.sample(SHORT_NAMES, count)
    if kind < 0.92:
        return rng.sample(LONG_NAMES, count)
    names = rng.sample(LONG_NAMES, count)
    made = {made_up(rng).capitalize() for _ in range(2 * count)}
    return rng.sample(sorted(made | set(names)), count)


def pick_item(rng):
    """A kind of thing, in the plural."""
    kind = rng.random()
    if kind < 0.4:
        return rng.choice(SHORT_ITEMS)
    if kind < 0.75:
        return rng.choice(LONG_ITEMS)
    if kind < 0.9:
        return f"{rng.choice(ADJECTIVES)} {rng.choice(LONG_ITEMS)}"
    return made_up(rng) + "s"


def number_writer(rng):
    """How a document writes its numbers: in digits, or small ones now and then in words."""
    words = rng.random() < 0.12
    return lambda number: NUMBER_WORDS[number] if words and number < len(NUMBER_WORDS) else str(number)
