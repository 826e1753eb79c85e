"""Names of the invented population. Written for this generator alone: no part of the product reads them.

First names in everyday use, with what they are called for short and how else they are written in Latin letters; a
hundred surnames that are everywhere, and some thousands that are put together from the syllables of place names.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate, product


def _list(names: str) -> list[str]:
    return names.split()


GIRLS = _list("""
Olivia Amelia Isla Ava Lily Freya Florence Ivy Willow Rosie Sophia Isabella Grace Daisy Sienna Poppy Elsie Emily Ella
Evelyn Phoebe Evie Charlotte Harper Millie Matilda Maya Sofia Emilia Mia Luna Eliza Violet Aria Penelope Esme Ruby Alice
Imogen Robyn Ada Erin Zara Hallie Eva Thea Nancy Delilah Summer Margot Beatrice Clara Martha Jessica Georgia Holly Lucy
Elizabeth Katherine Margaret Josephine Abigail Eleanor Rebecca Samantha Victoria Alexandra Gabriella Natalie Philippa
Aisha Fatima Maryam Khadija Zainab Hafsa Amina Safiya Sumaya Noor Yasmin Nataliia Oksana Yuliia Daria Kateryna Agnieszka
Zofia Malgorzata Ioana Andreea Tsvetelina Xiaoyu Meiling Thuy Priya Ananya Jaspreet Simran Harleen Oluwaseun Adaeze
Chidinma Temperance Ottilie Saoirse Niamh Siobhan Caoimhe Angharad Carys Ffion Nia Bronwen Perpetua Juniper Clementine
""")
BOYS = _list("""
Noah Muhammad George Oliver Leo Arthur Luca Theodore Oscar Henry Jude Freddie Theo Archie Harry Thomas Finley Lucas Roman
Albie Alfie Charlie Jack Reuben Tommy Jacob James Joshua William Edward Alexander Benjamin Samuel Daniel Joseph Max Isaac
Ethan Adam Elijah Mason Logan Hugo Arlo Louie Rory Hunter Toby Ezra Stanley Ronnie Caleb Robert Richard Michael Matthew
Christopher Nicholas Anthony Andrew Frederick Zachary Nathaniel Gabriel Dominic Patrick Timothy Gregory Jonathan
Yusuf Ibrahim Abdullah Ahmad Hamza Umar Ali Hassan Ismail Zayn Oleksandr Serhii Dmytro Mykola Andriy Michal Lukasz
Krzysztof Stefan Ionut Vasile Xiaoming Jianguo Quang Arjun Rohan Gurpreet Harjit Manpreet Oluwaseyi Chukwuemeka Kwame
Tadhg Oisin Eoghan Ruairi Rhys Iestyn Gethin Llew Balthazar Peregrine Lysander Ignatius Thaddeus Cornelius Barnaby
""")

SHORT = {
    "Elizabeth": ("Lizzie", "Beth", "Eliza", "Betty", "Libby"), "Katherine": ("Kate", "Katie", "Kitty", "Kathy"),
    "Margaret": ("Maggie", "Peggy", "Meg"), "Josephine": ("Josie", "Jo"), "Abigail": ("Abi", "Abby"),
    "Eleanor": ("Ellie", "Nell", "Nora"), "Rebecca": ("Becky", "Becca"), "Samantha": ("Sam", "Sammy"),
    "Victoria": ("Vicky", "Tori"), "Alexandra": ("Lexi", "Alex", "Sasha"), "Gabriella": ("Gabby", "Ella"),
    "Natalie": ("Nat", "Tally"), "Philippa": ("Pippa", "Pip"), "Isabella": ("Bella", "Izzy"), "Charlotte": ("Lottie", "Charlie"),
    "Matilda": ("Tilly", "Tilda"), "Amelia": ("Millie", "Amy"), "Olivia": ("Liv", "Livvy"), "Jessica": ("Jess", "Jessie"),
    "Beatrice": ("Bea", "Trixie"), "Evelyn": ("Evie", "Eve"), "Penelope": ("Penny", "Nell"), "Florence": ("Flo", "Florrie"),
    "Sophia": ("Sophie",), "Isla": (), "Emilia": ("Emmy", "Millie"), "Lucy": ("Lu",), "Georgia": ("George", "Gigi"),
    "Clementine": ("Clemmie", "Minty"), "Imogen": ("Immy",), "Temperance": ("Tempe",), "Perpetua": ("Pet",),
    "Muhammad": ("Mo",), "Theodore": ("Theo", "Teddy", "Ted"), "Oliver": ("Ollie",), "Henry": ("Harry", "Hal"),
    "Arthur": ("Artie", "Art"), "Frederick": ("Fred", "Freddie"), "Thomas": ("Tom", "Tommy"), "William": ("Will", "Bill", "Billy"),
    "Edward": ("Ed", "Ted", "Eddie"), "Alexander": ("Alex", "Xander", "Sandy"), "Benjamin": ("Ben", "Benji"),
    "Samuel": ("Sam", "Sammy"), "Daniel": ("Dan", "Danny"), "Joseph": ("Joe", "Joey"), "Joshua": ("Josh",),
    "Jacob": ("Jake",), "James": ("Jim", "Jimmy", "Jamie"), "Robert": ("Rob", "Bob", "Bobby"), "Richard": ("Rick", "Dick", "Richie"),
    "Michael": ("Mike", "Mick"), "Matthew": ("Matt",), "Christopher": ("Chris", "Kit"), "Nicholas": ("Nick", "Nicky"),
    "Anthony": ("Tony", "Ant"), "Andrew": ("Andy", "Drew"), "Zachary": ("Zach", "Zak"), "Nathaniel": ("Nate", "Nathan"),
    "Gabriel": ("Gabe",), "Dominic": ("Dom",), "Patrick": ("Paddy", "Pat"), "Timothy": ("Tim",), "Gregory": ("Greg",),
    "Jonathan": ("Jon", "Jonny"), "Charlie": ("Chaz",), "Archie": ("Arch",), "Ibrahim": ("Ibby",), "Oluwaseun": ("Seun",),
    "Oluwaseyi": ("Seyi",), "Chukwuemeka": ("Emeka",), "Chidinma": ("Chichi",), "Oleksandr": ("Sasha",), "Dmytro": ("Dima",),
    "Kateryna": ("Katia",), "Daria": ("Dasha",), "Agnieszka": ("Aga",), "Malgorzata": ("Gosia",), "Krzysztof": ("Krzys",),
    "Balthazar": ("Baz",), "Ignatius": ("Iggy",), "Thaddeus": ("Tad",), "Peregrine": ("Perry",),
}  # fmt: skip
"""What a first name is called for short."""

WRITTEN = [group.split() for group in """
Muhammad Mohammed Mohamed Mohammad Muhamad|Yusuf Yousef Yusef Youssef|Aisha Ayesha Aysha Aicha|Fatima Fatimah Fathima
Maryam Mariam Meryem|Khadija Khadijah Hadija|Zainab Zaynab Zeinab|Ibrahim Ebrahim Ibraheem|Abdullah Abdallah Abdulla
Ahmad Ahmed Achmed|Umar Omar Omer|Hassan Hasan Hassaan|Ismail Ismaeel Esmail|Amina Aminah Ameena|Noor Nur Nour
Yasmin Yasmeen Jasmin|Safiya Safia Safiyyah|Zayn Zain Zane|Ali Aly|Nataliia Natalia Nataliya|Yuliia Julia Yulia
Oksana Oxana|Daria Dariya Darya|Kateryna Katerina Ekaterina|Oleksandr Olexandr Aleksandr|Serhii Sergiy Sergei
Dmytro Dmitri Dmitry|Mykola Nikola Nikolai|Andriy Andrii Andrei|Michal Michał|Lukasz Łukasz|Malgorzata Małgorzata
Stefan Ștefan|Ionut Ionuț|Zofia Sofia|Tsvetelina Cvetelina Zwetelina|Xiaoming Hsiaoming|Xiaoyu Hsiaoyu
Jianguo Chienkuo|Meiling Mei-Ling|Thuy Thùy|Gurpreet Gurprit|Harjit Harjeet|Siobhan Siobhán|Oisin Oisín Usheen
Ruairi Rory Ruairí|Caoimhe Keeva|Tadhg Tadgh|Eoghan Owen|Saoirse Seersha|Sofia Sophia|Zara Zahra
Hussain Hussein Husain|Rahman Rehman Rahmaan|Akhtar Akther Akhter|Chaudhry Choudhry Chaudhary|Sheikh Shaikh Shaykh
Qureshi Kureshi Quraishi|Shevchenko Schevchenko Chevtchenko|Kovalenko Kowalenko|Yevtushenko Evtushenko|Bondarchuk Bondartschuk
Kowalczyk Kovalchyk|Wisniewski Wiśniewski|Wojcik Wójcik|Nowakowski Novakovski|Popescu Popesku|Nguyen Nguyễn|Zhang Chang
Zhou Chou|Oconnor O'Connor|Oneill O'Neill|Macdonald McDonald MacDonald|Thompson Thomson|Stephens Stevens|Clarke Clark
Begum Begam|Grewal Garewal|Sandhu Sandhoo
""".replace("\n", "|").split("|") if group]  # fmt: skip
"""The same name in other letters."""

COMMON = _list("""
Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall
Thomas Clarke Jackson Wood Harris Edwards Turner Martin Cooper Hill Ward Hughes Moore Clark King Harrison Lewis Baker Lee
Allen Morris Khan Scott Watson Davis Parker James Bennett Young Phillips Richardson Mitchell Bailey Carter Cook Singh Shaw
Bell Collins Morgan Kelly Begum Miller Cox Hussain Marshall Simpson Price Anderson Adams Wilkinson Foster Ellis Murphy
Chapman Mason Gray Richards Webb Rogers Hunt Mills Holmes Palmer Matthews Gibson Fisher Barnes Knight Harvey Barker Butler
Jenkins Stevens Murray Dixon Rahman Ahmed Ali Kaur
""")
RARER = _list("""
Akhtar Chaudhry Sheikh Qureshi Shevchenko Kovalenko Yevtushenko Bondarchuk Kowalczyk Wisniewski Wojcik Nowakowski Popescu
Nguyen Zhang Zhou Oconnor Oneill Macdonald Grewal Sandhu Okonkwo Adeyemi Mensah Boateng Ferreira Oliveira Delgado Haddad
""")
HEADS = _list("""
Ash Brad Thorn Hart Wether Black Crow Dun El Fair Gorse Haver Ick Kel Lang Mar Nether Oak Pen Quarn Ro Stan Tad Ul Wel Yel
Birch Cald Der Eagle Fen Gat Hol In Ket Lind Mickle Nor Ock Pock Raven Sed Tib Under Wal Wharn Bright Copp Dray Esk
""")
TAILS = _list("""
ley ford wick by ton worth ham field well stone croft bury thorpe dale wood gate more shaw hurst combe beck land mere side
""")


@dataclass(frozen=True)
class Weighted:
    """A list that is drawn from with weights: the first of it often, the last seldom."""

    names: tuple[str, ...]
    cumulated: tuple[float, ...]

    def draw(self, chance: random.Random) -> str:
        return chance.choices(self.names, cum_weights=self.cumulated)[0]


def zipf(names: list[str], share: float = 1.0, rest: tuple[str, ...] = ()) -> Weighted:
    """`names` make up `share` of all, the n-th of them 1/(n+10); `rest` the remainder, all alike."""
    weights = [1 / (n + 10) for n in range(len(names))]
    scale = share / sum(weights)
    others = [(1 - share) / len(rest)] * len(rest) if rest else []
    return Weighted((*names, *rest), tuple(accumulate([*(weight * scale for weight in weights), *others])))


FORENAMES = {"F": zipf(GIRLS), "M": zipf(BOYS)}
SURNAMES = zipf(COMMON, 0.35, (*RARER * 8, *("".join(parts) for parts in product(HEADS, TAILS))))
"""A third of all people have one of a hundred surnames; the others one of a thousand and more."""
COMMONEST = {*GIRLS[:50], *BOYS[:50]}, set(COMMON)
"""The hundred commonest first names, and surnames."""
OTHERWISE = {name: tuple(one for one in group if one != name) for group in WRITTEN for name in group}
